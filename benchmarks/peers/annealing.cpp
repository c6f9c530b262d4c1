// Simulated annealing of spins over lists of neighbours, the layout and the loop that CPU annealers such as dwave-samplers have:
// a vector of neighbours and one of weights for each spin, energy changes kept for all, xorshift128+, exp for every uphill move
// that has a chance.
#include <cmath>
#include <cstdint>
#include <vector>

struct Model {
    int n;
    std::vector<double> h;
    std::vector<std::vector<int>> neighbours;
    std::vector<std::vector<double>> weights;
};

static uint64_t state[2];

static inline uint64_t draw() {
    uint64_t x = state[0];
    const uint64_t y = state[1];
    state[0] = y;
    x ^= x << 23;
    state[1] = x ^ y ^ (x >> 17) ^ (y >> 26);
    return state[1] + y;
}

extern "C" Model *make(int n, const float *h, const float *J) {
    Model *model = new Model{n, std::vector<double>(h, h + n), std::vector<std::vector<int>>(n), std::vector<std::vector<double>>(n)};
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            if (J[(size_t)i * n + j] != 0) {
                model->neighbours[i].push_back(j);
                model->weights[i].push_back(J[(size_t)i * n + j]);
            }
    return model;
}

// One read from a random state; the energy it ends with.
extern "C" double anneal(const Model *model, const double *betas, int sweeps, uint64_t seed) {
    const int n = model->n;
    state[0] = seed;
    state[1] = 0;
    std::vector<int8_t> spin(n);
    for (auto &one : spin) one = (draw() >> 63) ? 1 : -1;
    std::vector<double> change(n);
    for (int i = 0; i < n; i++) {
        double field = model->h[i];
        for (size_t k = 0; k < model->neighbours[i].size(); k++) field += spin[model->neighbours[i][k]] * model->weights[i][k];
        change[i] = -2 * spin[i] * field;
    }
    for (int sweep = 0; sweep < sweeps; sweep++) {
        const double beta = betas[sweep], threshold = 44.36142 / beta;
        for (int i = 0; i < n; i++) {
            if (change[i] >= threshold) continue;
            if (change[i] > 0 && !(std::exp(-change[i] * beta) * 18446744073709551616.0 > (double)draw())) continue;
            const double factor = 4.0 * spin[i];
            const auto &neighbours = model->neighbours[i];
            const auto &weights = model->weights[i];
            for (size_t k = 0; k < neighbours.size(); k++) change[neighbours[k]] += factor * weights[k] * spin[neighbours[k]];
            spin[i] = -spin[i];
            change[i] = -change[i];
        }
    }
    double energy = 0;
    for (int i = 0; i < n; i++) {
        energy += model->h[i] * spin[i];
        for (size_t k = 0; k < model->neighbours[i].size(); k++)
            if (model->neighbours[i][k] > i) energy += spin[i] * spin[model->neighbours[i][k]] * model->weights[i][k];
    }
    return energy;
}
