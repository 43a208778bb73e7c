#ifndef MILKFLOAT_ROADS_SLICE_SEARCH_H
#define MILKFLOAT_ROADS_SLICE_SEARCH_H

#include "roads/bucket_queue.h"

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace milkfloat::roads {

constexpr std::int32_t unreachable = std::numeric_limits<std::int32_t>::max();

// A place on an edge: `part` is how much of the edge lies before it.
struct Phantom {
    std::int32_t edge = -1;
    double part = 0.0;
};

// A target's place, or one of them where two directions or copies of an edge pass it.
struct TargetPhantom {
    std::int32_t edge = -1;
    double part = 0.0;
    std::int32_t target = -1;
};

// What is added up along the fastest path. The energies may be empty; else one value per edge.
struct EdgeColumns {
    std::span<const std::int32_t> length_dm;
    std::span<const float> base_j;
    std::span<const float> per_kg_j;
};

// One row of a matrix: values per target; the energies may be empty.
struct MatrixRow {
    std::span<std::int32_t> time_ms;
    std::span<std::int32_t> distance_dm;
    std::span<float> base_j;
    std::span<float> per_kg_j;
};

// The turn-expanded graph with the travel times of one time slice, laid out for one-to-many searches.
//
// A label belongs to the end of an edge. An arc's weight is the cost of the turn plus the time on the edge behind it,
// so a relaxed arc reads 8 bytes in sequence and one label.
class SliceGraph {
public:
    SliceGraph(std::span<const std::int32_t> turn_first,
               std::span<const std::int32_t> turn_edge,
               std::span<const std::int32_t> turn_cost_ms,
               std::span<const std::int32_t> edge_time_ms,
               std::span<const std::uint8_t> closed);

    struct Arc {
        std::int32_t target;
        std::int32_t weight;
    };

    [[nodiscard]] std::span<const Arc> arcs(std::int32_t edge) const {
        return {arcs_.data() + first_[edge], arcs_.data() + first_[edge + 1]};
    }
    // Memory, not arithmetic, is what a search waits for: an edge that was queued is read a little later.
    void prefetch(std::int32_t edge) const {
#if defined(__GNUC__)
        __builtin_prefetch(arcs_.data() + first_[edge]);
#endif
    }
    [[nodiscard]] std::int32_t time_ms(std::int32_t edge) const { return edge_time_ms_[edge]; }
    [[nodiscard]] std::int32_t edge_count() const { return static_cast<std::int32_t>(edge_time_ms_.size()); }
    [[nodiscard]] std::int32_t weight_max() const { return weight_max_; }

private:
    std::vector<std::int32_t> first_;
    std::vector<Arc> arcs_;
    std::vector<std::int32_t> edge_time_ms_;
    std::int32_t weight_max_ = 1;
};

// Dijkstra (1959) from one place to many on a SliceGraph. Holds the labels, so that one search after the other
// allocates nothing; one object per thread.
class SliceSearch {
public:
    SliceSearch(const SliceGraph &graph, EdgeColumns columns, std::vector<TargetPhantom> targets);

    // The fastest way from a place (on one edge or on both directions of a street) to every target.
    void run(std::span<const Phantom> source, MatrixRow row);

private:
    struct Label {
        std::int32_t time;
        std::int32_t parent; // edge before, or -1 - index of the source's phantom
    };
    struct Sums {
        std::int64_t distance_dm = 0;
        double base_j = 0.0;
        double per_kg_j = 0.0;
    };

    void search(std::span<const Phantom> source);
    [[nodiscard]] Sums part_of(std::int32_t edge, double part) const;
    [[nodiscard]] Sums sums_before(std::int32_t edge, std::span<const Phantom> source);

    const SliceGraph &graph_;
    EdgeColumns columns_;
    std::vector<TargetPhantom> targets_;
    std::vector<std::uint8_t> wanted_; // 1 for edges with a target on them
    std::int32_t wanted_count_ = 0;
    std::vector<std::uint8_t> settled_;
    std::vector<Label> labels_;
    std::vector<Sums> sums_; // along the path to the end of an edge, where known_ says so
    std::vector<std::uint8_t> known_;
    std::vector<std::int32_t> walk_;
    BucketQueue queue_;
};

} // namespace milkfloat::roads

#endif
