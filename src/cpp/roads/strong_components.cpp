#include "roads/strong_components.h"

#include <algorithm>

namespace milkfloat::roads {

std::vector<std::int32_t> strong_components(std::span<const std::int32_t> first, std::span<const std::int32_t> target) {
    const auto vertices = static_cast<std::int32_t>(first.size()) - 1;
    std::vector<std::int32_t> component(vertices, -1), index(vertices, -1), low(vertices), next(vertices);
    std::vector<std::int32_t> open, calls;
    std::int32_t visited = 0, components = 0;
    for (std::int32_t root = 0; root < vertices; ++root) {
        if (index[root] >= 0) {
            continue;
        }
        calls.push_back(root);
        while (!calls.empty()) {
            const std::int32_t vertex = calls.back();
            if (index[vertex] < 0) {
                index[vertex] = low[vertex] = visited++;
                next[vertex] = first[vertex];
                open.push_back(vertex);
            }
            bool descended = false;
            while (next[vertex] < first[vertex + 1]) {
                const std::int32_t after = target[next[vertex]];
                if (index[after] < 0) {
                    // The arc is looked at again when `after` is finished, and its low link is known.
                    calls.push_back(after);
                    descended = true;
                    break;
                }
                if (component[after] < 0) {
                    low[vertex] = std::min(low[vertex], low[after]);
                }
                ++next[vertex];
            }
            if (descended) {
                continue;
            }
            calls.pop_back();
            if (low[vertex] == index[vertex]) {
                std::int32_t member;
                do {
                    member = open.back();
                    open.pop_back();
                    component[member] = components;
                } while (member != vertex);
                ++components;
            }
        }
    }
    return component;
}

} // namespace milkfloat::roads
