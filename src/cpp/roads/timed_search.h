#ifndef MILKFLOAT_ROADS_TIMED_SEARCH_H
#define MILKFLOAT_ROADS_TIMED_SEARCH_H

#include "roads/slice_search.h"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace milkfloat::roads {

// Travel times that change at the borders of bins: row k holds for the instants of bin `bin_first + k`, the first row
// for all earlier and the last for all later ones.
struct TimeTable {
    std::span<const std::int32_t> time_ms; // bins * edges; `unreachable` where nothing moves
    std::int64_t bin_first = 0;
    double bin_ms = 0.0;
    std::size_t bins = 1;
    std::size_t edges = 0;

    // The instant at which a van is at part `until` of the edge, being at part `from` of it at `start_ms`; infinite
    // where it never gets there. Speeds hold within a bin and change at its border even for a van on the edge
    // (Ichoua, Gendreau & Potvin 2003), so that nobody arrives earlier by starting later.
    [[nodiscard]] double drive(std::int32_t edge, double from, double until, double start_ms) const;
};

struct TimedPath {
    std::vector<std::int32_t> edges;
    // When the van is at the start of each edge (for the first: at the source), and at the target at last.
    std::vector<double> at_ms;
};

// An edge may not be entered from `closed_from_ms` until `closed_until_ms`: a van that arrives meanwhile waits or takes
// another way, whichever is faster.
//
// Fastest path for one departure, by A* on the turn-expanded graph: the straight line at the highest speed of the
// map bounds the time still needed.
class TimedSearch {
public:
    TimedSearch(std::span<const std::int32_t> turn_first,
                std::span<const std::int32_t> turn_edge,
                std::span<const std::int32_t> turn_cost_ms,
                std::span<const std::int32_t> edge_target,
                std::span<const double> node_lon,
                std::span<const double> node_lat,
                std::span<const std::int32_t> length_dm,
                TimeTable table,
                std::span<const double> closed_from_ms,
                std::span<const double> closed_until_ms);

    [[nodiscard]] std::optional<TimedPath>
    path(std::span<const Phantom> source, std::span<const TargetPhantom> targets, double depart_ms) const;

private:
    // When a van that arrives at an edge may enter it; infinite where it never may.
    [[nodiscard]] double open_at(std::int32_t edge, double arrival_ms) const;
    [[nodiscard]] double remaining_ms(std::int32_t edge, double lon, double lat) const;

    std::span<const std::int32_t> turn_first_, turn_edge_, turn_cost_ms_, edge_target_;
    std::span<const double> node_lon_, node_lat_;
    TimeTable table_;
    std::span<const double> closed_from_, closed_until_;
    double ms_per_m_min_ = 0.0;
    double metres_per_lon_degree_min_ = 0.0;
};

} // namespace milkfloat::roads

#endif
