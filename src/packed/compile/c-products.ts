import type { CPart } from './c-runtime.js';

/** Matrices of blocks. */
export const product: CPart = {
  type: `/* rows x cols entries, the first of them at \`first\`, from inputs \`from\` to outputs \`to\`. */
struct block { uint32_t rows, cols, first, from, to; };

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

/** Convolutions of channels. */
export const kernels: CPart = {
  type: `/* A kernel for each pair of channels, out x in x taps, on images with zeros around them: sign bits (1 is minus, least significant bit
   first, without gaps) times scale, or floats. Bits of \`none\`, where there are any, say which are 0; where there are factors, output
   channel o is multiplied by factor o. */
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

/** The other direction of a matrix that is stored for one. */
export const transposed: CPart = {
  code: `static float entry(const struct product *p, uint32_t row, uint32_t j)
{
    if (p->floats)
        return p->floats[row + j];
    if (p->kept && !(p->kept[row + j / 32] >> j % 32 & 1u))
        return 0.0f;
    return p->signs[row + j / 32] >> j % 32 & 1u ? -1.0f : 1.0f;
}

/* The first row of a block writes, the others add. */
static void multiply_transposed(const struct product *p, const float *restrict x, float *restrict out)
{
    for (uint32_t b = 0; b < p->count; b++) {
        const struct block *block = &p->blocks[b];
        const uint32_t step = p->floats ? block->cols : (block->cols + 31) / 32;
        float *restrict to = out + block->from;
        for (uint32_t i = 0; i < block->rows; i++) {
            const float v = p->scale * x[block->to + i];
            const uint32_t row = block->first + i * step;
            for (uint32_t j = 0; j < block->cols; j++)
                to[j] = i > 0 ? to[j] + entry(p, row, j) * v : entry(p, row, j) * v;
        }
    }
}
`,
};
