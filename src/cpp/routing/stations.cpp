#include "stations.h"

#include <algorithm>

namespace milkfloat::routing {

namespace {
constexpr std::size_t kCacheSize = std::size_t{1} << 16;
// Per kind of station the two smallest detours, and the station nearest to where the van is: it may be all that is
// left in reach.
constexpr int kPerKind = 2;
constexpr std::size_t kFew = 6;
} // namespace

Stations::Stations(const Problem &problem) : problem_(problem) {
    if (problem.stations.empty()) {
        return;
    }
    cache_.resize(kCacheSize);
    const std::size_t n = problem.x.size();
    for (const Metric &metric : problem.metrics) {
        std::vector<double> to(problem.stations.size() * n);
        std::vector<double> from(to.size());
        for (std::size_t s = 0; s < problem.stations.size(); ++s) {
            const std::int32_t place = problem.stations[s].location;
            for (std::size_t i = 0; i < n; ++i) {
                const auto here = static_cast<std::int32_t>(i);
                to[s * n + i] = metric.distance(here, place, metric.slice_start);
                from[s * n + i] = metric.distance(place, here, metric.slice_start);
            }
        }
        to_.push_back(std::move(to));
        from_.push_back(std::move(from));
    }
}

std::size_t Stations::between(std::int32_t type, std::int32_t from, std::int32_t to, bool all, List &list) {
    if (cache_.empty()) {
        return 0;
    }
    const std::uint64_t n = problem_.x.size() + 1;
    const std::uint64_t key = (static_cast<std::uint64_t>(type) * n + static_cast<std::uint64_t>(from)) * n +
                              static_cast<std::uint64_t>(to + 1);
    Entry &entry = cache_[(key * 0x9E3779B97F4A7C15ULL) >> 48];
    if (entry.key != key) {
        entry.key = key;
        fill(entry, type, from, to);
    }
    list = entry.stations; // a copy, for the entry may be needed for another pair meanwhile
    return all ? entry.count : entry.few;
}

void Stations::fill(Entry &entry, std::int32_t type, std::int32_t from, std::int32_t to) const {
    const VehicleType &van = problem_.types[static_cast<std::size_t>(type)];
    const std::vector<double> &reach = to_[static_cast<std::size_t>(van.profile)];
    const std::vector<double> &leave = from_[static_cast<std::size_t>(van.profile)];
    const std::size_t n = problem_.x.size();
    struct Choice {
        double detour;
        double reach;
        std::int32_t kind;
        std::int16_t station;
    };
    std::vector<Choice> choices;
    for (std::size_t s = 0; s < problem_.stations.size(); ++s) {
        const std::int32_t kind = problem_.stations[s].kind;
        if (static_cast<std::size_t>(kind) >= van.battery.curves.size() ||
            !van.battery.curves[static_cast<std::size_t>(kind)].usable()) {
            continue;
        }
        const double there = reach[s * n + static_cast<std::size_t>(from)];
        const double onwards = to < 0 ? 0.0 : leave[s * n + static_cast<std::size_t>(to)];
        if (there + onwards < kInfinity) {
            choices.push_back({there + onwards, there, kind, static_cast<std::int16_t>(s)});
        }
    }
    std::sort(choices.begin(), choices.end(), [](const Choice &a, const Choice &b) { return a.detour < b.detour; });
    entry.count = 0;
    const auto take = [&](const Choice &choice) {
        const auto first = entry.stations.begin();
        const auto last = first + entry.count;
        if (entry.count < kMost && std::find(first, last, choice.station) == last) {
            entry.stations[entry.count++] = choice.station;
        }
    };
    std::vector<int> taken(van.battery.curves.size(), 0);
    for (const Choice &choice : choices) {
        if (entry.count + 1U < kFew && taken[static_cast<std::size_t>(choice.kind)]++ < kPerKind) {
            take(choice);
        }
    }
    const auto nearest = std::min_element(choices.begin(), choices.end(),
                                          [](const Choice &a, const Choice &b) { return a.reach < b.reach; });
    if (nearest != choices.end()) {
        take(*nearest);
    }
    entry.few = entry.count;
    for (const Choice &choice : choices) {
        take(choice);
    }
}

} // namespace milkfloat::routing
