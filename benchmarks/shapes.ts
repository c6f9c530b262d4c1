/** Rows and columns of the dense rows. */
export const denseShapes = [[250, 500], [512, 1024], [2048, 4096]] as const;
/** Vectors side by side in the rows of several. */
export const manyLanes = 64;
