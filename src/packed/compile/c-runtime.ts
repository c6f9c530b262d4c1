/** What a C solver is made of: types before its constants, functions after them, each where something uses it. */
export interface CPart { readonly type?: string; readonly code: string }

const product: CPart = {
  type: `struct block { uint32_t rows, cols, first, from, to; };

/* Blocks on a diagonal, their rows one after the other: sign bits (1 is minus, least significant bit first, a row starts with a
   new word) times scale, or floats. Where some entries are 0, the bits of those that are kept; where there are factors, output i
   is multiplied by factor i modulo their period. */
struct product {
    const uint32_t *signs;
    const float *floats;
    float scale;
    const struct block *blocks;
    uint32_t count;
    const uint32_t *kept;
    const float *factors;
    uint32_t period;
};
`,
  // Sums of 32 are added up, which keeps rounding small.
  code: `static float sum_of_signs(const uint32_t *restrict signs, const float *restrict x, uint32_t n)
{
    float total = 0.0f;
    for (uint32_t k = 0; k < n; k += 32, signs++) {
        const uint32_t bits = *signs, end = n - k < 32 ? n - k : 32;
        float part = 0.0f;
        for (uint32_t j = 0; j < end; j++)
            part += bits >> j & 1u ? -x[k + j] : x[k + j];
        total += part;
    }
    return total;
}

static float sum_of_codes(const uint32_t *restrict signs, const uint32_t *restrict kept, const float *restrict x, uint32_t n)
{
    float total = 0.0f;
    for (uint32_t k = 0; k < n; k += 32, signs++, kept++) {
        const uint32_t bits = *signs, places = *kept, end = n - k < 32 ? n - k : 32;
        float part = 0.0f;
        for (uint32_t j = 0; j < end; j++)
            if (places >> j & 1u)
                part += bits >> j & 1u ? -x[k + j] : x[k + j];
        total += part;
    }
    return total;
}

static float sum_of_products(const float *restrict a, const float *restrict x, uint32_t n)
{
    float total = 0.0f;
    for (uint32_t k = 0; k < n; k += 32) {
        const uint32_t end = n - k < 32 ? n : k + 32;
        float part = 0.0f;
        for (uint32_t j = k; j < end; j++)
            part += a[j] * x[j];
        total += part;
    }
    return total;
}

static void multiply(const struct product *p, const float *restrict x, float *restrict out)
{
    for (uint32_t b = 0; b < p->count; b++) {
        const struct block *block = &p->blocks[b];
        const uint32_t words = (block->cols + 31) / 32;
        for (uint32_t i = 0; i < block->rows; i++) {
            const uint32_t row = block->first + i * words;
            const float *from = x + block->from;
            const float value = p->kept
                ? p->scale * sum_of_codes(p->signs + row, p->kept + row, from, block->cols)
                : p->signs
                ? p->scale * sum_of_signs(p->signs + row, from, block->cols)
                : sum_of_products(p->floats + block->first + i * block->cols, from, block->cols);
            out[block->to + i] = p->factors ? p->factors[(block->to + i) % p->period] * value : value;
        }
    }
}
`,
};

const kernels: CPart = {
  type: `/* A kernel for each pair of channels, out x in x taps, on images with zeros around them: sign bits times scale as above, or floats. Bits
   of \`none\`, where there are any, say which are 0. Where there are factors, output channel o is multiplied by factor o. */
struct kernels {
    const uint32_t *signs;
    const float *floats;
    float scale;
    const uint32_t *none;
    const float *factors;
    int32_t out, in, height, width, kh, kw, top, left;
};
`,
  code: `static float weight(const struct kernels *k, int32_t at)
{
    if (k->floats)
        return k->floats[at];
    if (k->none && (k->none[at / 32] >> at % 32 & 1u))
        return 0.0f;
    return k->signs[at / 32] >> at % 32 & 1u ? -1.0f : 1.0f;
}

/* out += w times the image moved by rows and columns. */
static void add_moved(float w, const float *restrict x, int32_t down, int32_t right, int32_t height, int32_t width, float *restrict out)
{
    const int32_t first = down < 0 ? -down : 0, last = down > 0 ? height - down : height;
    const int32_t begin = right < 0 ? -right : 0, end = right > 0 ? width - right : width;
    for (int32_t i = first; i < last; i++)
        for (int32_t j = begin; j < end; j++)
            out[i * width + j] += w * x[(i + down) * width + j + right];
}

static void convolve(const struct kernels *k, const float *restrict x, float *restrict out)
{
    /* The tap that moves nothing comes first: it writes, the others add. */
    const int32_t size = k->height * k->width, taps = k->kh * k->kw, still = k->top * k->kw + k->left;
    for (int32_t o = 0; o < k->out; o++, out += size) {
        const float by = k->factors ? k->scale * k->factors[o] : k->scale;
        const float begin = weight(k, o * k->in * taps + still);
        for (int32_t p = 0; p < size; p++)
            out[p] = begin * x[p];
        for (int32_t c = 0; c < k->in; c++)
            for (int32_t t = 0; t < taps; t++) {
                const float w = weight(k, (o * k->in + c) * taps + t);
                if ((c > 0 || t != still) && (w < 0.0f || w > 0.0f))
                    add_moved(w, x + c * size, k->top - t / k->kw, k->left - t % k->kw, k->height, k->width, out);
            }
        for (int32_t p = 0; p < size; p++)
            out[p] *= by;
    }
}
`,
};

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

export const cParts = { product, kernels, diagonal, combine, soft, rectify, select } as const;
