#include "problem.h"

#include <algorithm>

namespace milkfloat::routing {

namespace {

// Piecewise-linear y(x) on ascending x; constant outside.
double interpolate(const std::vector<double> &x, const std::vector<double> &y, double value) {
    const auto next = std::upper_bound(x.begin(), x.end(), value);
    if (next == x.begin()) {
        return y.front();
    }
    if (next == x.end()) {
        return y.back();
    }
    const auto k = static_cast<std::size_t>(next - x.begin());
    return y[k - 1] + (y[k] - y[k - 1]) * ((value - x[k - 1]) / (x[k] - x[k - 1]));
}

} // namespace

double ChargeCurve::time_at(double level) const { return interpolate(energy, time, level); }

double ChargeCurve::energy_at(double elapsed) const { return interpolate(time, energy, elapsed); }

} // namespace milkfloat::routing
