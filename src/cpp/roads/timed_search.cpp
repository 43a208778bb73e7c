#include "roads/timed_search.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <queue>
#include <unordered_map>

namespace milkfloat::roads {

namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr double metres_per_degree = 6'371'008.8 * std::numbers::pi / 180.0;
// Node to target is measured on a plane and lengths are rounded: keep the bound safely below the truth.
constexpr double bound_safety = 0.995;

struct Label {
    double time;
    std::int32_t parent;
    bool settled;
};

struct Entry {
    double key;
    std::int32_t edge;
    bool operator>(const Entry &other) const { return key > other.key; }
};

} // namespace

double TimeTable::drive(std::int32_t edge, double from, double until, double start_ms) const {
    double left = until - from;
    double now = start_ms;
    const double bin = std::floor(start_ms / bin_ms) - static_cast<double>(bin_first);
    auto k = static_cast<std::size_t>(std::clamp(bin, 0.0, static_cast<double>(bins - 1)));
    for (;; ++k) {
        const std::int32_t whole = time_ms[k * edges + static_cast<std::size_t>(edge)];
        const bool last = k + 1 == bins;
        const double border = (static_cast<double>(bin_first) + static_cast<double>(k) + 1.0) * bin_ms;
        if (whole != unreachable) {
            const double needed = left * whole;
            if (last || now + needed <= border) {
                return now + needed;
            }
            left -= (border - now) / whole;
        } else if (last) {
            return infinite;
        }
        now = border;
    }
}

TimedSearch::TimedSearch(std::span<const std::int32_t> turn_first,
                         std::span<const std::int32_t> turn_edge,
                         std::span<const std::int32_t> turn_cost_ms,
                         std::span<const std::int32_t> edge_target,
                         std::span<const double> node_lon,
                         std::span<const double> node_lat,
                         std::span<const std::int32_t> length_dm,
                         TimeTable table,
                         std::span<const double> closed_from_ms,
                         std::span<const double> closed_until_ms)
    : turn_first_(turn_first),
      turn_edge_(turn_edge),
      turn_cost_ms_(turn_cost_ms),
      edge_target_(edge_target),
      node_lon_(node_lon),
      node_lat_(node_lat),
      table_(table),
      closed_from_(closed_from_ms),
      closed_until_(closed_until_ms) {
    double ms_per_m = infinite;
    for (std::size_t bin = 0; bin < table.bins; ++bin) {
        const auto row = table.time_ms.subspan(bin * table.edges, table.edges);
        for (std::size_t edge = 0; edge < table.edges; ++edge) {
            ms_per_m = std::min(ms_per_m, row[edge] / (0.1 * length_dm[edge]));
        }
    }
    ms_per_m_min_ = std::isfinite(ms_per_m) ? ms_per_m * bound_safety : 0.0;
    double lat_max = 0.0;
    for (const double lat : node_lat) {
        lat_max = std::max(lat_max, std::abs(lat));
    }
    metres_per_lon_degree_min_ = metres_per_degree * std::cos(lat_max * std::numbers::pi / 180.0);
}

double TimedSearch::remaining_ms(std::int32_t edge, double lon, double lat) const {
    const std::int32_t node = edge_target_[edge];
    const double x = (node_lon_[node] - lon) * metres_per_lon_degree_min_;
    const double y = (node_lat_[node] - lat) * metres_per_degree;
    return std::sqrt(x * x + y * y) * ms_per_m_min_;
}

double TimedSearch::open_at(std::int32_t edge, double arrival_ms) const {
    return arrival_ms >= closed_from_[edge] && arrival_ms < closed_until_[edge] ? closed_until_[edge] : arrival_ms;
}

std::optional<TimedPath>
TimedSearch::path(std::span<const Phantom> source, std::span<const TargetPhantom> targets, double depart_ms) const {
    // Labels belong to the ends of edges; a map, for a path touches a small part of the graph.
    std::unordered_map<std::int32_t, Label> labels;
    std::priority_queue<Entry, std::vector<Entry>, std::greater<>> queue;
    double best = infinite;
    std::int32_t best_parent = 0; // label to walk back from, or -1 - index of the source's phantom
    std::int32_t best_edge = -1;
    bool best_direct = false;

    // The bound aims at an end of the target's street: subtract the whole street, for the target lies somewhere on it.
    double slack_ms = 0.0, goal_lon = 0.0, goal_lat = 0.0;
    if (!targets.empty()) {
        const std::int32_t node = edge_target_[targets[0].edge];
        goal_lon = node_lon_[node];
        goal_lat = node_lat_[node];
        for (const TargetPhantom &target : targets) {
            for (std::size_t bin = 0; bin < table_.bins; ++bin) {
                const std::int32_t whole = table_.time_ms[bin * table_.edges + static_cast<std::size_t>(target.edge)];
                slack_ms = std::max(slack_ms, whole == unreachable ? infinite : static_cast<double>(whole));
            }
        }
    }
    const auto bound = [&](std::int32_t edge) {
        return std::isinf(slack_ms) ? 0.0 : std::max(0.0, remaining_ms(edge, goal_lon, goal_lat) - slack_ms);
    };

    const auto leave = [&](std::int32_t edge, double end_ms, std::int32_t parent) {
        for (std::int32_t turn = turn_first_[edge]; turn < turn_first_[edge + 1]; ++turn) {
            const std::int32_t after = turn_edge_[turn];
            const double enter = open_at(after, end_ms + turn_cost_ms_[turn]);
            if (enter == infinite) {
                continue;
            }
            for (const TargetPhantom &target : targets) {
                if (target.edge == after) {
                    const double arrival = table_.drive(after, 0.0, target.part, enter);
                    if (arrival < best) {
                        best = arrival;
                        best_parent = parent;
                        best_edge = after;
                        best_direct = false;
                    }
                }
            }
            const double end = table_.drive(after, 0.0, 1.0, enter);
            const auto [at, is_new] = labels.try_emplace(after, Label{infinite, 0, false});
            if (end < at->second.time) {
                at->second.time = end;
                at->second.parent = parent;
                queue.push({end + bound(after), after});
            }
        }
    };

    std::int32_t start = -1;
    for (std::size_t i = 0; i < source.size(); ++i) {
        const auto phantom = static_cast<std::int32_t>(i);
        for (const TargetPhantom &target : targets) {
            if (target.edge == source[i].edge && target.part >= source[i].part) {
                // Where nothing moves a van is still where it is.
                const double arrival = target.part == source[i].part
                                           ? depart_ms
                                           : table_.drive(target.edge, source[i].part, target.part, depart_ms);
                if (arrival < best) {
                    best = arrival;
                    best_parent = -1 - phantom;
                    best_direct = true;
                }
            }
        }
        const double end = table_.drive(source[i].edge, source[i].part, 1.0, depart_ms);
        if (end < infinite) {
            leave(source[i].edge, end, -1 - phantom);
        }
    }
    while (!queue.empty() && queue.top().key < best) {
        const Entry entry = queue.top();
        queue.pop();
        Label &label = labels[entry.edge];
        if (label.settled) {
            continue;
        }
        label.settled = true;
        const double end = label.time;
        leave(entry.edge, end, entry.edge);
    }
    if (std::isinf(best)) {
        return std::nullopt;
    }

    TimedPath path;
    std::int32_t at = best_parent;
    if (!best_direct) {
        path.edges.push_back(best_edge);
    }
    while (at >= 0) {
        path.edges.push_back(at);
        at = labels[at].parent;
    }
    start = -1 - at;
    path.edges.push_back(source[static_cast<std::size_t>(start)].edge);
    std::ranges::reverse(path.edges);
    // Drive it again: the instants at the starts of the edges are not kept in the labels.
    path.at_ms.push_back(depart_ms);
    double now = depart_ms;
    double from = source[static_cast<std::size_t>(start)].part;
    for (std::size_t i = 0; i + 1 < path.edges.size(); ++i) {
        now = table_.drive(path.edges[i], from, 1.0, now);
        from = 0.0;
        for (std::int32_t turn = turn_first_[path.edges[i]]; turn < turn_first_[path.edges[i] + 1]; ++turn) {
            if (turn_edge_[turn] == path.edges[i + 1]) {
                now = open_at(path.edges[i + 1], now + turn_cost_ms_[turn]);
                break;
            }
        }
        path.at_ms.push_back(now);
    }
    path.at_ms.push_back(best);
    return path;
}

} // namespace milkfloat::roads
