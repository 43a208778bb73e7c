#include "metric.h"

#include <algorithm>
#include <limits>
#include <numbers>

namespace milkfloat::routing {

namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kEarthRadius = 6371008.8; // metres, IUGG mean radius

double round_by(double value, Rounding rounding, double resolution) {
    switch (rounding) {
    case Rounding::exact:
        return value;
    case Rounding::truncate:
        return std::floor(value * resolution) / resolution;
    case Rounding::nearest:
        return std::floor(value * resolution + 0.5) / resolution;
    case Rounding::up:
        return std::ceil(value * resolution) / resolution;
    }
    return value;
}

} // namespace

double Metric::coordinate_distance(std::int32_t from, std::int32_t to) const {
    const auto a = static_cast<std::size_t>(from);
    const auto b = static_cast<std::size_t>(to);
    double length;
    if (kind == MetricKind::euclidean) {
        const double dx = x[a] - x[b];
        const double dy = y[a] - y[b];
        length = std::sqrt(dx * dx + dy * dy);
    } else {
        constexpr double radians = std::numbers::pi / 180.0;
        const double half_lat = std::sin((y[b] - y[a]) * radians / 2.0);
        const double half_lon = std::sin((x[b] - x[a]) * radians / 2.0);
        const double h =
            half_lat * half_lat + std::cos(y[a] * radians) * std::cos(y[b] * radians) * half_lon * half_lon;
        length = 2.0 * kEarthRadius * std::asin(std::sqrt(std::min(1.0, h)));
    }
    return round_by(length * factor, rounding, resolution);
}

// Linear between the instants of two neighbouring slices, constant outside.
double Metric::sliced_time(std::int32_t from, std::int32_t to, double depart) const {
    const std::size_t cell = at(from, to);
    const double position = (depart - slice_start) / slice_width;
    if (!(position > 0.0)) {
        return time[cell];
    }
    const double last = static_cast<double>(slices - 1);
    if (position >= last) {
        return time[(slices - 1) * n * n + cell];
    }
    const double whole = std::floor(position);
    const auto k = static_cast<std::size_t>(whole);
    const double before = time[k * n * n + cell];
    const double after = time[(k + 1) * n * n + cell];
    if (before == after) {
        return before; // also keeps an unreachable pair at infinity instead of inf - inf
    }
    return before + (after - before) * (position - whole);
}

// Ichoua, Gendreau & Potvin (2003): drive on at the speed of the period one is in.
double Metric::speeds_time(std::int32_t from, std::int32_t to, double depart) const {
    const std::size_t cell = at(from, to);
    double left = distance_table[cell];
    if (left <= 0.0) {
        return 0.0;
    }
    const double *speeds = speed_table + static_cast<std::size_t>(category[cell]) * periods;
    std::size_t k =
        static_cast<std::size_t>(std::upper_bound(period_start, period_start + periods, depart) - period_start);
    k = k == 0 ? 0 : k - 1;
    double now = depart;
    while (k + 1 < periods) {
        const double reach = (period_start[k + 1] - now) * speeds[k];
        if (reach >= left) {
            break;
        }
        left -= reach;
        now = period_start[++k];
    }
    return now - depart + left / speeds[k];
}

double Metric::arrivals_time(std::int32_t from, std::int32_t to, double depart) const {
    const std::size_t cell = at(from, to);
    const double *first = departure + offset[cell];
    const double *last = departure + offset[cell + 1];
    if (first == last) {
        return from == to ? 0.0 : kInf;
    }
    const double *next = std::upper_bound(first, last, depart);
    const double *reach = arrival + offset[cell];
    if (next == first) {
        return reach[0] - first[0];
    }
    const auto k = static_cast<std::size_t>(next - first);
    if (next == last) {
        return reach[k - 1] - first[k - 1];
    }
    const double share = (depart - first[k - 1]) / (first[k] - first[k - 1]);
    return reach[k - 1] + (reach[k] - reach[k - 1]) * share - depart;
}

double Metric::latest_departure(std::int32_t from, std::int32_t to, double arrive_by, double speed_factor) const {
    const auto travel = [&](double depart) { return travel_time(from, to, depart) / speed_factor; };
    if (is_static() || arrive_by == kInf || arrive_by == -kInf) {
        return arrive_by - travel(arrive_by);
    }
    // The arrival function never decreases, so the latest departure lies between a departure that arrives in time and
    // one that does not. The first guess is exact wherever the travel time is the same at both ends of the trip.
    double early = arrive_by - travel(arrive_by);
    if (early == -kInf || std::isnan(early)) {
        return -kInf;
    }
    double late = arrive_by;
    double step = std::max(1e-3, 0.25 * (arrive_by - early));
    for (int i = 0; i < 60; ++i) {
        const double arrival = early + travel(early);
        if (arrival <= arrive_by) {
            if (arrive_by - arrival <= 1e-9) {
                return early;
            }
            break;
        }
        late = early;
        early -= std::max(step, arrival - arrive_by);
        step *= 2.0;
    }
    // Regula falsi on the slack, halving when it stalls: a few steps on piecewise-linear functions.
    for (int i = 0; i < 60 && late - early > 1e-7; ++i) {
        const double slack_early = arrive_by - (early + travel(early));
        const double slack_late = arrive_by - (late + travel(late));
        double middle = 0.5 * (early + late);
        if ((i & 1) == 0 && slack_early > slack_late) {
            middle = early + (late - early) * slack_early / (slack_early - slack_late);
            middle = std::clamp(middle, early + 1e-8, late - 1e-8);
        }
        const double slack = arrive_by - (middle + travel(middle));
        if (slack >= 0.0) {
            early = middle;
            if (slack <= 1e-9) {
                break;
            }
        } else {
            late = middle;
        }
    }
    return early;
}

} // namespace milkfloat::routing
