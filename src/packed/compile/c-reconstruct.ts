/** Support selection, for networks that have it. */
const cSelect = `/* The k-th largest of n numbers (Hoare); reorders them. */
static float kth_largest(float *a, uint32_t n, uint32_t k)
{
    int32_t low = 0, high = (int32_t)n - 1;
    const int32_t target = (int32_t)k - 1;
    while (low < high) {
        const float pivot = a[(low + high) / 2];
        int32_t i = low, j = high;
        while (i <= j) {
            while (a[i] > pivot) i++;
            while (a[j] < pivot) j--;
            if (i <= j) {
                const float swapped = a[i];
                a[i++] = a[j];
                a[j--] = swapped;
            }
        }
        if (target <= j) high = j;
        else if (target >= i) low = i;
        else break;
    }
    return a[target];
}

static float magnitude(float v)
{
    return v < 0.0f ? -v : v;
}

/* x = v where |v| is among the \`keep\` largest and no less than theta. */
static void pass_largest(const float *restrict v, float *restrict x, float theta, uint32_t keep)
{
    static float magnitudes[N];
    for (uint32_t j = 0; j < N; j++)
        magnitudes[j] = magnitude(v[j]);
    float limit = kth_largest(magnitudes, N, keep);
    if (limit < theta) limit = theta;
    for (uint32_t j = 0; j < N; j++)
        if (magnitude(v[j]) >= limit) x[j] = v[j];
}

`;

/** One reconstruction: the first step knows that x is 0, so that nothing is cleared. */
export const cReconstruct = (name: string, selects: boolean): string => `${selects ? cSelect : ''}void ${name}_reconstruct(const float *restrict y, float *restrict x)
{
    static float r[M], u[N];
    for (uint32_t k = 0; k < LAYERS; k++) {
        if (k > 0)
            multiply(&A, x, r);
        for (uint32_t i = 0; i < M; i++)
            r[i] = k > 0 ? r[i] - y[i] : -y[i];
        multiply(steps[k].back, r, u);
        for (uint32_t j = 0; j < N; j++) {
            u[j] = (k > 0 ? x[j] : 0.0f) - steps[k].eta * u[j];
            x[j] = soft(u[j], steps[k].theta);
        }
${selects ? `        if (steps[k].keep)
            pass_largest(u, x, steps[k].theta, steps[k].keep);
` : ''}    }
}
`;
