// Python sees the kernels of this package as milkfloat.roads._core. Arrays are checked for type, shape and layout here;
// their owners in Python keep them alive as long as an object that looks into them (keep_alive below).

#include "roads/slice_search.h"
#include "roads/snap_index.h"
#include "roads/strong_components.h"
#include "roads/timed_search.h"

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>

#include <memory>
#include <stdexcept>

namespace nb = nanobind;
using namespace nb::literals;
using namespace milkfloat::roads;

namespace {

template <typename T> using Vector = nb::ndarray<const T, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
template <typename T> using Table = nb::ndarray<const T, nb::ndim<2>, nb::c_contig, nb::device::cpu>;
template <typename T> using OutTable = nb::ndarray<T, nb::ndim<2>, nb::c_contig, nb::device::cpu>;

template <typename T> std::span<const T> view(const Vector<T> &array) { return {array.data(), array.shape(0)}; }

template <typename T> nb::ndarray<nb::numpy, T, nb::ndim<1>> to_numpy(std::vector<T> values) {
    auto kept = std::make_unique<std::vector<T>>(std::move(values));
    nb::capsule owner(kept.get(), [](void *p) noexcept { delete static_cast<std::vector<T> *>(p); });
    auto *data = kept.release();
    return {data->data(), {data->size()}, owner};
}

void expect(bool holds, const char *what) {
    if (!holds) {
        throw std::invalid_argument(what);
    }
}

std::vector<Phantom> phantoms(const std::int32_t *edges, const double *parts, std::size_t count, std::int32_t limit) {
    std::vector<Phantom> found;
    for (std::size_t i = 0; i < count; ++i) {
        if (edges[i] >= 0) {
            expect(edges[i] < limit, "edge out of range");
            found.push_back({edges[i], parts[i]});
        }
    }
    return found;
}

std::vector<TargetPhantom> target_phantoms(const Vector<std::int32_t> &edge,
                                           const Vector<double> &part,
                                           const Vector<std::int32_t> &target,
                                           std::int32_t edges) {
    expect(edge.shape(0) == part.shape(0) && edge.shape(0) == target.shape(0), "targets differ in length");
    std::vector<TargetPhantom> found;
    for (std::size_t i = 0; i < edge.shape(0); ++i) {
        expect(edge.data()[i] >= 0 && edge.data()[i] < edges, "edge out of range");
        found.push_back({edge.data()[i], part.data()[i], target.data()[i]});
    }
    return found;
}

// A search object with the columns it adds up; the graph and the arrays are kept alive by Python.
void run_rows(SliceSearch &search,
              const Table<std::int32_t> &source_edge,
              const Table<double> &source_part,
              std::int32_t edge_count,
              OutTable<std::int32_t> time_ms,
              OutTable<std::int32_t> distance_dm,
              std::optional<OutTable<float>> base_j,
              std::optional<OutTable<float>> per_kg_j) {
    const std::size_t rows = source_edge.shape(0), phantom_count = source_edge.shape(1);
    const std::size_t columns = time_ms.shape(1);
    expect(source_part.shape(0) == rows && source_part.shape(1) == phantom_count, "source parts differ in shape");
    expect(time_ms.shape(0) == rows && distance_dm.shape(0) == rows, "rows differ in number");
    expect(distance_dm.shape(1) == columns, "columns differ in number");
    expect(base_j.has_value() == per_kg_j.has_value(), "both energies or none");
    std::vector<std::vector<Phantom>> sources;
    for (std::size_t i = 0; i < rows; ++i) {
        sources.push_back(phantoms(source_edge.data() + i * phantom_count, source_part.data() + i * phantom_count,
                                   phantom_count, edge_count));
    }
    const nb::gil_scoped_release released;
    for (std::size_t i = 0; i < rows; ++i) {
        MatrixRow row{{time_ms.data() + i * columns, columns}, {distance_dm.data() + i * columns, columns}, {}, {}};
        if (base_j) {
            row.base_j = {base_j->data() + i * columns, columns};
            row.per_kg_j = {per_kg_j->data() + i * columns, columns};
        }
        search.run(sources[i], row);
    }
}

nb::tuple nearest(const SnapIndex &index,
                  const Vector<double> &lon,
                  const Vector<double> &lat,
                  double limit_m,
                  std::optional<Vector<double>> heading_deg,
                  double heading_tolerance_deg) {
    const std::size_t count = lon.shape(0);
    expect(lat.shape(0) == count && (!heading_deg || heading_deg->shape(0) == count), "points differ in length");
    std::vector<std::int64_t> segment(count);
    std::vector<double> part(count), distance(count);
    std::vector<std::uint8_t> against(count);
    {
        const nb::gil_scoped_release released;
        for (std::size_t i = 0; i < count; ++i) {
            const double heading = heading_deg ? heading_deg->data()[i] : std::numeric_limits<double>::quiet_NaN();
            const NearestSegment found =
                index.nearest(lon.data()[i], lat.data()[i], limit_m, heading, heading_tolerance_deg);
            segment[i] = found.segment;
            part[i] = found.part;
            distance[i] = found.distance_m;
            against[i] = found.against;
        }
    }
    return nb::make_tuple(to_numpy(std::move(segment)), to_numpy(std::move(part)), to_numpy(std::move(distance)),
                          to_numpy(std::move(against)));
}

nb::object timed_path(const TimedSearch &search,
                      const Vector<std::int32_t> &source_edge,
                      const Vector<double> &source_part,
                      const Vector<std::int32_t> &target_edge,
                      const Vector<double> &target_part,
                      std::int32_t edge_count,
                      double depart_ms) {
    expect(source_edge.shape(0) == source_part.shape(0), "sources differ in length");
    expect(target_edge.shape(0) == target_part.shape(0), "targets differ in length");
    const auto source = phantoms(source_edge.data(), source_part.data(), source_edge.shape(0), edge_count);
    std::vector<TargetPhantom> targets;
    for (const Phantom &p : phantoms(target_edge.data(), target_part.data(), target_edge.shape(0), edge_count)) {
        targets.push_back({p.edge, p.part, 0});
    }
    std::optional<TimedPath> path;
    {
        const nb::gil_scoped_release released;
        path = search.path(source, targets, depart_ms);
    }
    if (!path) {
        return nb::none();
    }
    return nb::make_tuple(to_numpy(std::move(path->edges)), to_numpy(std::move(path->at_ms)));
}

} // namespace

NB_MODULE(_core, m) {
    m.doc() = "Compiled kernels of milkfloat.roads.";

    m.def(
        "strong_components",
        [](const Vector<std::int32_t> &first, const Vector<std::int32_t> &target) {
            expect(first.shape(0) >= 1 &&
                       first.data()[first.shape(0) - 1] == static_cast<std::int32_t>(target.shape(0)),
                   "arcs do not end where the last vertex does");
            return to_numpy(strong_components(view(first), view(target)));
        },
        "first"_a, "target"_a, "One number per vertex, equal where vertices reach each other.");

    nb::class_<SliceGraph>(m, "SliceGraph", "The turn-expanded graph with the travel times of one time slice.")
        .def(
            "__init__",
            [](SliceGraph *self, const Vector<std::int32_t> &turn_first, const Vector<std::int32_t> &turn_edge,
               const Vector<std::int32_t> &turn_cost_ms, const Vector<std::int32_t> &edge_time_ms,
               const Vector<std::uint8_t> &closed) {
                expect(turn_first.shape(0) == edge_time_ms.shape(0) + 1,
                       "turn_first must have one entry per edge and one");
                expect(turn_edge.shape(0) == turn_cost_ms.shape(0), "turns differ in length");
                expect(closed.shape(0) == edge_time_ms.shape(0), "closed must have one entry per edge");
                new (self)
                    SliceGraph(view(turn_first), view(turn_edge), view(turn_cost_ms), view(edge_time_ms), view(closed));
            },
            "turn_first"_a, "turn_edge"_a, "turn_cost_ms"_a, "edge_time_ms"_a, "closed"_a)
        .def_prop_ro("edge_count", &SliceGraph::edge_count);

    nb::class_<SliceSearch>(m, "SliceSearch", "One-to-many searches on a SliceGraph; one object per thread.")
        .def(
            "__init__",
            [](SliceSearch *self, const SliceGraph &graph, const Vector<std::int32_t> &length_dm,
               std::optional<Vector<float>> base_j, std::optional<Vector<float>> per_kg_j,
               const Vector<std::int32_t> &target_edge, const Vector<double> &target_part,
               const Vector<std::int32_t> &target_index) {
                const auto edges = static_cast<std::size_t>(graph.edge_count());
                expect(length_dm.shape(0) == edges, "length_dm must have one entry per edge");
                EdgeColumns columns{view(length_dm), {}, {}};
                if (base_j && per_kg_j) {
                    expect(base_j->shape(0) == edges && per_kg_j->shape(0) == edges,
                           "energies need one entry per edge");
                    columns.base_j = view(*base_j);
                    columns.per_kg_j = view(*per_kg_j);
                }
                new (self) SliceSearch(graph, columns,
                                       target_phantoms(target_edge, target_part, target_index, graph.edge_count()));
            },
            "graph"_a, "length_dm"_a, "base_j"_a.none(), "per_kg_j"_a.none(), "target_edge"_a, "target_part"_a,
            "target_index"_a, nb::keep_alive<1, 2>(), nb::keep_alive<1, 3>(), nb::keep_alive<1, 4>(),
            nb::keep_alive<1, 5>())
        .def("run", &run_rows, "source_edge"_a, "source_part"_a, "edge_count"_a, "time_ms"_a, "distance_dm"_a,
             "base_j"_a.none(), "per_kg_j"_a.none(),
             "Fills one row per source: sources are edges (k, 2), -1 for none, and the parts before the place.");

    nb::class_<SnapIndex>(m, "SnapIndex", "A grid over all street segments.")
        .def(
            "__init__",
            [](SnapIndex *self, const Vector<std::int64_t> &point_first, const Vector<double> &lon,
               const Vector<double> &lat, const Vector<std::int32_t> &forward, const Vector<std::int32_t> &backward) {
                expect(lon.shape(0) == lat.shape(0) && lon.shape(0) > 0, "points differ in length or there are none");
                expect(forward.shape(0) + 1 == point_first.shape(0) && backward.shape(0) == forward.shape(0),
                       "shapes differ in number");
                new (self) SnapIndex(view(point_first), view(lon), view(lat), view(forward), view(backward));
            },
            "point_first"_a, "lon"_a, "lat"_a, "forward"_a, "backward"_a, nb::keep_alive<1, 3>(),
            nb::keep_alive<1, 4>(), nb::keep_alive<1, 5>(), nb::keep_alive<1, 6>())
        .def(
            "nearest", &nearest, "lon"_a, "lat"_a, "limit_m"_a, "heading_deg"_a.none(), "heading_tolerance_deg"_a,
            "Per point: segment (-1 for none), part of it, distance in metres, and whether the heading is against it.");

    nb::class_<TimedSearch>(m, "TimedSearch", "Fastest paths through travel times that change during the drive.")
        .def(
            "__init__",
            [](TimedSearch *self, const Vector<std::int32_t> &turn_first, const Vector<std::int32_t> &turn_edge,
               const Vector<std::int32_t> &turn_cost_ms, const Vector<std::int32_t> &edge_target,
               const Vector<double> &node_lon, const Vector<double> &node_lat, const Vector<std::int32_t> &length_dm,
               const Table<std::int32_t> &time_ms, const Vector<double> &closed_from_ms,
               const Vector<double> &closed_until_ms, std::int64_t bin_first, double bin_ms) {
                const std::size_t edges = edge_target.shape(0);
                expect(turn_first.shape(0) == edges + 1 && length_dm.shape(0) == edges &&
                           closed_from_ms.shape(0) == edges && closed_until_ms.shape(0) == edges,
                       "edges differ in number");
                expect(time_ms.shape(1) == edges && time_ms.shape(0) > 0 && bin_ms > 0.0,
                       "time_ms must be (bins, edges)");
                const TimeTable table{
                    {time_ms.data(), time_ms.shape(0) * edges}, bin_first, bin_ms, time_ms.shape(0), edges};
                new (self) TimedSearch(view(turn_first), view(turn_edge), view(turn_cost_ms), view(edge_target),
                                       view(node_lon), view(node_lat), view(length_dm), table, view(closed_from_ms),
                                       view(closed_until_ms));
            },
            "turn_first"_a, "turn_edge"_a, "turn_cost_ms"_a, "edge_target"_a, "node_lon"_a, "node_lat"_a, "length_dm"_a,
            "time_ms"_a, "closed_from_ms"_a, "closed_until_ms"_a, "bin_first"_a, "bin_ms"_a, nb::keep_alive<1, 2>(),
            nb::keep_alive<1, 3>(), nb::keep_alive<1, 4>(), nb::keep_alive<1, 5>(), nb::keep_alive<1, 6>(),
            nb::keep_alive<1, 7>(), nb::keep_alive<1, 9>(), nb::keep_alive<1, 10>(), nb::keep_alive<1, 11>())
        .def("path", &timed_path, "source_edge"_a, "source_part"_a, "target_edge"_a, "target_part"_a, "edge_count"_a,
             "depart_ms"_a, "(edges, instants at their starts and at the target), or None where there is no way.");
}
