#include "roads/snap_index.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace milkfloat::roads {

namespace {

constexpr double metres_per_degree = 6'371'008.8 * std::numbers::pi / 180.0;
// A city block: a few dozen segments per cell, and most points find their street in the first ring.
constexpr double cell_m_min = 100.0;
constexpr double cell_count_max = 4e6;

double radians(double degrees) { return degrees * std::numbers::pi / 180.0; }

// Difference of two compass bearings, 0 to 180.
double apart_deg(double a, double b) {
    const double difference = std::fmod(std::abs(a - b), 360.0);
    return std::min(difference, 360.0 - difference);
}

} // namespace

SnapIndex::SnapIndex(std::span<const std::int64_t> point_first,
                     std::span<const double> lon,
                     std::span<const double> lat,
                     std::span<const std::int32_t> forward,
                     std::span<const std::int32_t> backward)
    : lon_(lon),
      lat_(lat),
      forward_(forward),
      backward_(backward),
      shape_of_point_(lon.size()) {
    const auto [west, east] = std::ranges::minmax(lon);
    const auto [south, north] = std::ranges::minmax(lat);
    west_ = west;
    south_ = south;
    const double cos_lat = std::max(0.01, std::cos(radians((south + north) / 2)));
    const double width_m = (east - west) * metres_per_degree * cos_lat;
    const double height_m = (north - south) * metres_per_degree;
    const double cell_m = std::max(cell_m_min, std::sqrt(width_m * height_m / cell_count_max));
    cell_lat_ = cell_m / metres_per_degree;
    cell_lon_ = cell_lat_ / cos_lat;
    columns_ = static_cast<std::int64_t>((east - west) / cell_lon_) + 1;
    rows_ = static_cast<std::int64_t>((north - south) / cell_lat_) + 1;

    // Two passes over the cells each segment's box touches: count, then fill.
    const auto each_cell = [&](auto &&visit) {
        for (std::size_t shape = 0; shape + 1 < point_first.size(); ++shape) {
            for (std::int64_t i = point_first[shape]; i + 1 < point_first[shape + 1]; ++i) {
                const auto [x0, x1] = std::minmax({column(lon_[i]), column(lon_[i + 1])});
                const auto [y0, y1] = std::minmax({row(lat_[i]), row(lat_[i + 1])});
                for (std::int64_t y = y0; y <= y1; ++y) {
                    for (std::int64_t x = x0; x <= x1; ++x) {
                        visit(y * columns_ + x, i);
                    }
                }
            }
        }
    };
    cell_first_.assign(static_cast<std::size_t>(columns_ * rows_) + 1, 0);
    each_cell([&](std::int64_t cell, std::int64_t) { ++cell_first_[cell + 1]; });
    for (std::size_t cell = 1; cell < cell_first_.size(); ++cell) {
        cell_first_[cell] += cell_first_[cell - 1];
    }
    cell_segment_.resize(static_cast<std::size_t>(cell_first_.back()));
    std::vector<std::int64_t> next(cell_first_.begin(), cell_first_.end() - 1);
    each_cell([&](std::int64_t cell, std::int64_t segment) {
        cell_segment_[next[cell]++] = static_cast<std::int32_t>(segment);
    });
    for (std::size_t shape = 0; shape + 1 < point_first.size(); ++shape) {
        for (std::int64_t i = point_first[shape]; i < point_first[shape + 1]; ++i) {
            shape_of_point_[i] = static_cast<std::int32_t>(shape);
        }
    }
}

std::int64_t SnapIndex::column(double lon) const {
    return std::clamp<std::int64_t>(static_cast<std::int64_t>(std::floor((lon - west_) / cell_lon_)), 0, columns_ - 1);
}

std::int64_t SnapIndex::row(double lat) const {
    return std::clamp<std::int64_t>(static_cast<std::int64_t>(std::floor((lat - south_) / cell_lat_)), 0, rows_ - 1);
}

NearestSegment
SnapIndex::nearest(double lon, double lat, double limit_m, double heading_deg, double heading_tolerance_deg) const {
    NearestSegment best;
    best.distance_m = limit_m;
    const double per_lon = metres_per_degree * std::cos(radians(lat));
    const double cell_m = std::min(cell_lat_ * metres_per_degree, cell_lon_ * per_lon);
    // Far outside the grid nothing is near: the clamped cell would still be looked at.
    const double x = std::floor((lon - west_) / cell_lon_), y = std::floor((lat - south_) / cell_lat_);
    const double reach = std::ceil(limit_m / cell_m) + 1.0;
    if (x < -reach || y < -reach || x > static_cast<double>(columns_) + reach ||
        y > static_cast<double>(rows_) + reach) {
        return best;
    }
    const auto centre_x = static_cast<std::int64_t>(x), centre_y = static_cast<std::int64_t>(y);
    const auto look_at = [&](std::int64_t i) {
        const double ax = (lon_[i] - lon) * per_lon, ay = (lat_[i] - lat) * metres_per_degree;
        const double dx = (lon_[i + 1] - lon_[i]) * per_lon, dy = (lat_[i + 1] - lat_[i]) * metres_per_degree;
        const double squared = dx * dx + dy * dy;
        const double part = squared > 0.0 ? std::clamp(-(ax * dx + ay * dy) / squared, 0.0, 1.0) : 0.0;
        const double distance = std::hypot(ax + part * dx, ay + part * dy);
        // On equal distance the smaller index wins: cells may list a segment more than once, in any order.
        if (distance > best.distance_m || (distance == best.distance_m && best.segment >= 0 && i >= best.segment)) {
            return;
        }
        bool against = false;
        if (!std::isnan(heading_deg)) {
            const double bearing = std::atan2(dx, dy) * 180.0 / std::numbers::pi;
            const std::int32_t shape = shape_of_point_[i];
            const bool along = forward_[shape] >= 0 && apart_deg(heading_deg, bearing) <= heading_tolerance_deg;
            against = backward_[shape] >= 0 && apart_deg(heading_deg, bearing + 180.0) <= heading_tolerance_deg;
            if (!along && !against) {
                return;
            }
        }
        best = {i, part, distance, against};
    };
    const auto look_into = [&](std::int64_t cx, std::int64_t cy) {
        if (cx < 0 || cy < 0 || cx >= columns_ || cy >= rows_) {
            return;
        }
        for (std::int64_t k = cell_first_[cy * columns_ + cx]; k < cell_first_[cy * columns_ + cx + 1]; ++k) {
            look_at(cell_segment_[k]);
        }
    };
    // Rings of cells around the point; ring r is at least r - 1 whole cells away.
    for (std::int64_t ring = 0; static_cast<double>(ring - 1) * cell_m <= best.distance_m; ++ring) {
        if (ring == 0) {
            look_into(centre_x, centre_y);
            continue;
        }
        for (std::int64_t step = -ring; step <= ring; ++step) {
            look_into(centre_x + step, centre_y - ring);
            look_into(centre_x + step, centre_y + ring);
        }
        for (std::int64_t step = -ring + 1; step < ring; ++step) {
            look_into(centre_x - ring, centre_y + step);
            look_into(centre_x + ring, centre_y + step);
        }
    }
    return best;
}

} // namespace milkfloat::roads
