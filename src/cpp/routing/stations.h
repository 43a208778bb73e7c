#ifndef MILKFLOAT_ROUTING_STATIONS_H
#define MILKFLOAT_ROUTING_STATIONS_H

// Which stations are worth a look between two places: a handful per pair, found once and remembered.

#include "problem.h"

#include <array>
#include <span>

namespace milkfloat::routing {

class Stations {
public:
    static constexpr std::size_t kMost = 12;

    explicit Stations(const Problem &problem);

    using List = std::array<std::int16_t, kMost>;

    // Fills `list` with stations at which `type` can charge on the way from one location to another, the most
    // promising first: a handful, or more when `all` is wanted. Returns their number.
    std::size_t between(std::int32_t type, std::int32_t from, std::int32_t to, bool all, List &list);

private:
    struct Entry {
        std::uint64_t key = ~std::uint64_t{0};
        std::uint8_t few = 0;
        std::uint8_t count = 0;
        List stations{};
    };
    void fill(Entry &entry, std::int32_t type, std::int32_t from, std::int32_t to) const;

    const Problem &problem_;
    std::vector<Entry> cache_;              // direct-mapped
    std::vector<std::vector<double>> to_;   // per profile: distance from location to station, stations x locations
    std::vector<std::vector<double>> from_; // and back
};

} // namespace milkfloat::routing

#endif
