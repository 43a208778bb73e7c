#ifndef MILKFLOAT_ROUTING_RANDOM_H
#define MILKFLOAT_ROUTING_RANDOM_H

// Random numbers that are the same on every machine: splitmix64 (Steele, Lea & Flood 2014), own distributions.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace milkfloat::routing {

class Random {
public:
    explicit Random(std::uint64_t seed) : state_(seed * 0x9E3779B97F4A7C15ULL + 0x1234567ULL) {}

    std::uint64_t bits() {
        std::uint64_t z = (state_ += 0x9E3779B97F4A7C15ULL);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
        return z ^ (z >> 31);
    }
    // In [0, 1).
    double real() { return static_cast<double>(bits() >> 11) * 0x1.0p-53; }
    // In 0 .. count - 1.
    std::size_t below(std::size_t count) {
        return static_cast<std::size_t>((static_cast<unsigned __int128>(bits()) * count) >> 64);
    }
    // In low .. high.
    std::int32_t between(std::int32_t low, std::int32_t high) {
        return low + static_cast<std::int32_t>(below(static_cast<std::size_t>(high - low + 1)));
    }
    template <typename T> void shuffle(std::vector<T> &items) {
        for (std::size_t i = items.size(); i > 1; --i) {
            std::swap(items[i - 1], items[below(i)]);
        }
    }

private:
    std::uint64_t state_;
};

} // namespace milkfloat::routing

#endif
