import { kernels, product, transposed } from './c-products.js';

/** What a C solver is made of: types before its constants, functions after them, each where something uses it. */
export interface CPart { readonly type?: string; readonly code: string }

const diagonal: CPart = {
  code: `static void scale_each(const float *restrict by, const float *restrict x, float *restrict out, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        out[i] = by[i] * x[i];
}
`,
};

const combine: CPart = {
  code: `/* out = a x + b z, of which any may be the same. */
static void combine(float a, const float *x, float b, const float *z, float *out, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        out[i] = a * x[i] + b * z[i];
}
`,
};

const soft: CPart = {
  code: `static void soft(const float *v, float theta, float *x, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        x[i] = v[i] - (v[i] > theta ? theta : v[i] < -theta ? -theta : v[i]);
}
`,
};

const rectify: CPart = {
  code: `static void rectify(float *x, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (x[i] < 0.0f) x[i] = 0.0f;
}
`,
};

const bias: CPart = {
  code: `static void add_bias(const float *restrict bias, float *restrict x, uint32_t channels, uint32_t places)
{
    for (uint32_t c = 0; c < channels; c++)
        for (uint32_t i = 0; i < places; i++) *x++ += bias[c];
}
`,
};

/** Support selection. */
const select: CPart = {
  code: `/* The k-th largest of n numbers (Hoare); reorders them. */
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

/* x = v where |v| is among the \`keep\` largest and no less than theta; \`magnitudes\` is room for as many numbers. */
static void pass_largest(const float *restrict v, float *restrict x, float theta, uint32_t keep, float *restrict magnitudes, uint32_t n)
{
    for (uint32_t j = 0; j < n; j++)
        magnitudes[j] = magnitude(v[j]);
    float limit = kth_largest(magnitudes, n, keep);
    if (limit < theta) limit = theta;
    for (uint32_t j = 0; j < n; j++)
        if (magnitude(v[j]) >= limit) x[j] = v[j];
}
`,
};

export const cParts = { product, transposed, kernels, diagonal, combine, soft, rectify, bias, select } as const;
