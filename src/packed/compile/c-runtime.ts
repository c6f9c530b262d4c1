/** What a C solver needs before its constants. */
export const cTypes = `struct block { uint32_t rows, cols, first, from, to; };

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

struct step {
    const struct product *back;
    float eta, theta;
    uint32_t keep;
};
`;

/** And after them. Sums of 32 are added up, which keeps rounding small. */
export const cLoops = `static float sum_of_signs(const uint32_t *restrict signs, const float *restrict x, uint32_t n)
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

static float soft(float v, float theta)
{
    return v - (v > theta ? theta : v < -theta ? -theta : v);
}
`;
