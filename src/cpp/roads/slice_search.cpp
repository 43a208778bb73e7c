#include "roads/slice_search.h"

#include <algorithm>
#include <cmath>

namespace milkfloat::roads {

namespace {

std::int32_t share(double part, std::int32_t whole) { return static_cast<std::int32_t>(std::lround(part * whole)); }

} // namespace

SliceGraph::SliceGraph(std::span<const std::int32_t> turn_first,
                       std::span<const std::int32_t> turn_edge,
                       std::span<const std::int32_t> turn_cost_ms,
                       std::span<const std::int32_t> edge_time_ms,
                       std::span<const std::uint8_t> closed)
    : edge_time_ms_(edge_time_ms.begin(), edge_time_ms.end()) {
    first_.reserve(turn_first.size());
    arcs_.reserve(turn_edge.size());
    first_.push_back(0);
    for (const std::int32_t time : edge_time_ms_) {
        if (time != unreachable) {
            weight_max_ = std::max(weight_max_, time);
        }
    }
    for (std::size_t edge = 0; edge + 1 < turn_first.size(); ++edge) {
        for (std::int32_t turn = turn_first[edge]; turn < turn_first[edge + 1]; ++turn) {
            const std::int32_t after = turn_edge[turn];
            // A closed edge has no arcs into it; those out of it stay, so that who stands there may leave.
            if (!closed[after] && edge_time_ms[after] != unreachable) {
                arcs_.push_back({after, turn_cost_ms[turn] + edge_time_ms[after]});
                weight_max_ = std::max(weight_max_, arcs_.back().weight);
            }
        }
        first_.push_back(static_cast<std::int32_t>(arcs_.size()));
    }
}

SliceSearch::SliceSearch(const SliceGraph &graph, EdgeColumns columns, std::vector<TargetPhantom> targets)
    : graph_(graph),
      columns_(columns),
      targets_(std::move(targets)),
      wanted_(graph.edge_count(), 0),
      settled_(graph.edge_count(), 0),
      labels_(graph.edge_count()),
      sums_(graph.edge_count()),
      known_(graph.edge_count(), 0),
      // A source's first labels exceed 0 by the time left on its edge plus one arc.
      queue_(2 * std::min(graph.weight_max(), unreachable / 2 - 1)) {
    for (const TargetPhantom &target : targets_) {
        wanted_count_ += wanted_[target.edge] == 0;
        wanted_[target.edge] = 1;
    }
}

void SliceSearch::run(std::span<const Phantom> source, MatrixRow row) {
    std::ranges::fill(row.time_ms, unreachable);
    std::ranges::fill(row.distance_dm, unreachable);
    std::ranges::fill(row.base_j, 0.0F);
    std::ranges::fill(row.per_kg_j, 0.0F);
    search(source);
    std::ranges::fill(known_, std::uint8_t{0});
    const auto offer = [&](std::int32_t target, std::int32_t time, const Sums &sums) {
        if (time >= row.time_ms[target]) {
            return;
        }
        row.time_ms[target] = time;
        row.distance_dm[target] = static_cast<std::int32_t>(sums.distance_dm);
        if (!row.base_j.empty()) {
            row.base_j[target] = static_cast<float>(sums.base_j);
            row.per_kg_j[target] = static_cast<float>(sums.per_kg_j);
        }
    };
    for (const TargetPhantom &target : targets_) {
        const std::int32_t whole = graph_.time_ms(target.edge);
        for (const Phantom &from : source) {
            // Both on one edge, the target ahead: no turn is needed. Where nothing moves a van is still where it is.
            const bool ahead = whole == unreachable ? target.part == from.part : target.part >= from.part;
            if (from.edge == target.edge && ahead) {
                offer(target.target, share(target.part - from.part, whole),
                      part_of(from.edge, target.part - from.part));
            }
        }
        const Label label = labels_[target.edge];
        if (label.time == unreachable) {
            continue;
        }
        const std::int32_t time = label.time - whole + share(target.part, whole);
        if (time < row.time_ms[target.target]) {
            Sums sums = sums_before(target.edge, source);
            const Sums last = part_of(target.edge, target.part);
            sums.distance_dm += last.distance_dm;
            sums.base_j += last.base_j;
            sums.per_kg_j += last.per_kg_j;
            offer(target.target, time, sums);
        }
    }
}

void SliceSearch::search(std::span<const Phantom> source) {
    std::ranges::fill(labels_, Label{unreachable, 0});
    std::ranges::fill(settled_, std::uint8_t{0});
    queue_.clear();
    // A lambda, so that it is compiled into the loop below.
    const auto relax = [&](std::int32_t edge, std::int32_t time, std::int32_t parent) {
        if (time < labels_[edge].time) {
            labels_[edge] = {time, parent};
            queue_.push(time, edge);
            graph_.prefetch(edge);
        }
    };
    // The source's own edge gets no label: coming back to it by a loop must count as driving it whole.
    for (std::size_t i = 0; i < source.size(); ++i) {
        const std::int32_t whole = graph_.time_ms(source[i].edge);
        if (whole == unreachable) {
            continue;
        }
        const std::int32_t left = share(1.0 - source[i].part, whole);
        for (const SliceGraph::Arc &arc : graph_.arcs(source[i].edge)) {
            relax(arc.target, left + arc.weight, -1 - static_cast<std::int32_t>(i));
        }
    }
    std::int32_t missing = wanted_count_;
    while (missing > 0 && !queue_.empty()) {
        auto &bucket = queue_.front();
        while (!bucket.empty()) {
            const BucketQueue::Entry entry = queue_.pop(bucket);
            if (entry.key != labels_[entry.item].time) {
                continue; // a better label was found since
            }
            if (wanted_[entry.item] && !settled_[entry.item]) {
                settled_[entry.item] = 1;
                --missing;
            }
            for (const SliceGraph::Arc &arc : graph_.arcs(entry.item)) {
                relax(arc.target, entry.key + arc.weight, entry.item);
            }
        }
    }
}

SliceSearch::Sums SliceSearch::part_of(std::int32_t edge, double part) const {
    Sums sums{share(part, columns_.length_dm[edge]), 0.0, 0.0};
    if (!columns_.base_j.empty()) {
        sums.base_j = part * columns_.base_j[edge];
        sums.per_kg_j = part * columns_.per_kg_j[edge];
    }
    return sums;
}

// Sums along the path up to the start of `edge`. Each edge of the tree of paths is added once per search.
SliceSearch::Sums SliceSearch::sums_before(std::int32_t edge, std::span<const Phantom> source) {
    walk_.clear();
    std::int32_t at = labels_[edge].parent;
    while (at >= 0 && !known_[at]) {
        walk_.push_back(at);
        at = labels_[at].parent;
    }
    Sums sums;
    if (at >= 0) {
        sums = sums_[at];
    } else {
        const Phantom &from = source[-1 - at];
        sums = part_of(from.edge, 1.0 - from.part);
    }
    while (!walk_.empty()) {
        const std::int32_t next = walk_.back();
        walk_.pop_back();
        sums.distance_dm += columns_.length_dm[next];
        if (!columns_.base_j.empty()) {
            sums.base_j += columns_.base_j[next];
            sums.per_kg_j += columns_.per_kg_j[next];
        }
        sums_[next] = sums;
        known_[next] = 1;
    }
    return sums;
}

} // namespace milkfloat::roads
