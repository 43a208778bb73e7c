#include "neighbours.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace milkfloat::routing {

namespace {
// Up to this many tasks all pairs are compared; beyond it, coordinates in a grid.
constexpr std::size_t kAllPairs = 6000;
} // namespace

Neighbours::Neighbours(const Problem &problem, std::size_t most) : first_(problem.tasks.size() + 1, 0) {
    const MetricKind kind = problem.metrics.front().kind;
    const bool has_coordinates = kind == MetricKind::euclidean || kind == MetricKind::great_circle;
    if (problem.tasks.size() > kAllPairs && has_coordinates) {
        by_grid(problem, most);
    } else {
        by_distance(problem, most);
    }
}

void Neighbours::by_distance(const Problem &problem, std::size_t most) {
    const Metric &metric = problem.metrics.front();
    const std::size_t n = problem.tasks.size();
    std::vector<std::pair<double, std::int32_t>> row;
    for (std::size_t i = 0; i < n; ++i) {
        row.clear();
        const std::int32_t here = problem.tasks[i].location;
        for (std::size_t j = 0; j < n; ++j) {
            if (j != i) {
                const std::int32_t there = problem.tasks[j].location;
                const double away = std::min(metric.distance(here, there, metric.slice_start),
                                             metric.distance(there, here, metric.slice_start));
                row.emplace_back(away, static_cast<std::int32_t>(j));
            }
        }
        const std::size_t kept = std::min(most, row.size());
        std::partial_sort(row.begin(), row.begin() + static_cast<std::ptrdiff_t>(kept), row.end());
        for (std::size_t k = 0; k < kept; ++k) {
            near_.push_back(row[k].second);
        }
        first_[i + 1] = near_.size();
    }
}

// Cells of a few tasks each; rings of cells are searched outwards until enough have been found.
void Neighbours::by_grid(const Problem &problem, std::size_t most) {
    const std::size_t n = problem.tasks.size();
    const auto at = [&](const std::vector<double> &axis, std::size_t task) {
        return axis[static_cast<std::size_t>(problem.tasks[task].location)];
    };
    double west = kInfinity, east = -kInfinity, south = kInfinity, north = -kInfinity;
    for (std::size_t i = 0; i < n; ++i) {
        west = std::min(west, at(problem.x, i));
        east = std::max(east, at(problem.x, i));
        south = std::min(south, at(problem.y, i));
        north = std::max(north, at(problem.y, i));
    }
    // A degree of longitude shrinks with latitude.
    const bool sphere = problem.metrics.front().kind == MetricKind::great_circle;
    const double shrink = sphere ? std::max(0.01, std::cos((south + north) / 2.0 * 3.14159265358979 / 180.0)) : 1.0;
    const double width = std::max((east - west) * shrink, 1e-9);
    const double height = std::max(north - south, 1e-9);
    const double side = std::sqrt(width * height * 4.0 / static_cast<double>(n));
    const auto columns = static_cast<std::int64_t>(width / side) + 1;
    const auto rows = static_cast<std::int64_t>(height / side) + 1;
    const auto cell_of = [&](std::size_t i) {
        const auto column = static_cast<std::int64_t>((at(problem.x, i) - west) * shrink / side);
        const auto row = static_cast<std::int64_t>((at(problem.y, i) - south) / side);
        return std::pair{std::min(column, columns - 1), std::min(row, rows - 1)};
    };
    std::vector<std::size_t> begin(static_cast<std::size_t>(columns * rows) + 1, 0);
    for (std::size_t i = 0; i < n; ++i) {
        const auto [column, row] = cell_of(i);
        ++begin[static_cast<std::size_t>(row * columns + column) + 1];
    }
    std::partial_sum(begin.begin(), begin.end(), begin.begin());
    std::vector<std::int32_t> members(n);
    std::vector<std::size_t> next(begin.begin(), begin.end() - 1);
    for (std::size_t i = 0; i < n; ++i) {
        const auto [column, row] = cell_of(i);
        members[next[static_cast<std::size_t>(row * columns + column)]++] = static_cast<std::int32_t>(i);
    }
    std::vector<std::pair<double, std::int32_t>> found;
    for (std::size_t i = 0; i < n; ++i) {
        found.clear();
        const auto [column, row] = cell_of(i);
        const std::int64_t farthest = std::max(columns, rows);
        std::int64_t enough = farthest;
        for (std::int64_t ring = 0; ring <= std::min(enough, farthest); ++ring) {
            for (std::int64_t y = std::max<std::int64_t>(0, row - ring); y <= std::min(rows - 1, row + ring); ++y) {
                const bool edge = y == row - ring || y == row + ring;
                for (std::int64_t x = column - ring; x <= column + ring;
                     x += edge ? 1 : std::max<std::int64_t>(1, 2 * ring)) {
                    if (x < 0 || x >= columns) {
                        continue;
                    }
                    const auto cell = static_cast<std::size_t>(y * columns + x);
                    for (std::size_t k = begin[cell]; k < begin[cell + 1]; ++k) {
                        const auto other = static_cast<std::size_t>(members[k]);
                        if (other != i) {
                            const double dx = (at(problem.x, other) - at(problem.x, i)) * shrink;
                            const double dy = at(problem.y, other) - at(problem.y, i);
                            found.emplace_back(dx * dx + dy * dy, members[k]);
                        }
                    }
                }
            }
            if (found.size() >= most && enough == farthest) {
                enough = ring + ring / 2 + 1; // the corner of a square ring is farther than the next ring's side
            }
        }
        const std::size_t kept = std::min(most, found.size());
        std::partial_sort(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(kept), found.end());
        for (std::size_t k = 0; k < kept; ++k) {
            near_.push_back(found[k].second);
        }
        first_[i + 1] = near_.size();
    }
}

} // namespace milkfloat::routing
