// Python sees the search as milkfloat.routing._core. What it hands over is validated there (routing/validate.py) and
// flattened (routing/flatten.py); here only shapes are checked. Arrays of metrics stay in Python, kept alive by the
// instance that looks into them; everything else is copied.

#include "routing/search.h"

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>

namespace nb = nanobind;
using namespace nb::literals;
using namespace milkfloat::routing;

namespace {

template <typename T> using Array = nb::ndarray<const T, nb::c_contig, nb::device::cpu>;
using Doubles = Array<double>;
using Pairs = std::vector<std::pair<double, double>>;
using Visits = std::vector<std::tuple<int, std::int32_t, double>>; // kind, index, charge

void expect(bool holds, const char *what) {
    if (!holds) {
        throw std::invalid_argument(what);
    }
}

template <typename T> nb::ndarray<nb::numpy, T> to_numpy(std::vector<T> values, std::size_t columns) {
    auto kept = std::make_unique<std::vector<T>>(std::move(values));
    nb::capsule owner(kept.get(), [](void *p) noexcept { delete static_cast<std::vector<T> *>(p); });
    auto *data = kept.release();
    const std::size_t rows = columns == 0 ? 0 : data->size() / columns;
    return {data->data(), {rows, columns}, owner};
}

std::vector<Window> windows_of(const Pairs &pairs) {
    std::vector<Window> windows;
    for (const auto &[early, late] : pairs) {
        windows.push_back({early, late});
    }
    return windows;
}

std::vector<Visit> visits_of(const Visits &given) {
    std::vector<Visit> visits;
    for (const auto &[kind, index, charge] : given) {
        visits.push_back({static_cast<VisitKind>(kind), index, charge});
    }
    return visits;
}

Visits to_python(const std::vector<Visit> &visits) {
    Visits given;
    for (const Visit &visit : visits) {
        given.emplace_back(static_cast<int>(visit.kind), visit.index, visit.charge);
    }
    return given;
}

// A problem under construction, and the arrays its metrics look into.
class Instance {
public:
    Problem problem;

    Instance(std::vector<double> x,
             std::vector<double> y,
             std::int32_t dimensions,
             std::int32_t mass_dimension,
             bool full_charging,
             bool count_service) {
        expect(x.size() == y.size(), "coordinates differ in number");
        problem.x = std::move(x);
        problem.y = std::move(y);
        problem.dimensions = dimensions;
        problem.mass_dimension = mass_dimension;
        problem.full_charging = full_charging;
        problem.count_service = count_service;
    }

    void add_matrix(const Doubles &time,
                    const Doubles &distance,
                    const std::optional<Doubles> &energy,
                    const std::optional<Doubles> &energy_per_load,
                    double slice_start,
                    double slice_width) {
        const std::size_t n = problem.x.size();
        Metric metric;
        metric.n = n;
        metric.slices = time.ndim() == 3 ? time.shape(0) : 1;
        metric.kind = metric.slices > 1 ? MetricKind::slices : MetricKind::matrix;
        metric.slice_start = slice_start;
        metric.slice_width = slice_width;
        metric.time = keep(time, metric.slices * n * n);
        const auto table = [&](const Doubles &array, bool &sliced) {
            sliced = array.ndim() == 3 && metric.slices > 1;
            return keep(array, (array.ndim() == 3 ? metric.slices : 1) * n * n);
        };
        metric.distance_table = table(distance, metric.distance_sliced);
        if (energy) {
            metric.energy_table = table(*energy, metric.energy_sliced);
        }
        if (energy_per_load) {
            metric.energy_per_load_table = table(*energy_per_load, metric.energy_per_load_sliced);
        }
        problem.metrics.push_back(metric);
    }

    void add_coordinates(
        bool great_circle, double factor, int rounding, double resolution, double speed, double energy_per_distance) {
        Metric metric;
        metric.kind = great_circle ? MetricKind::great_circle : MetricKind::euclidean;
        metric.n = problem.x.size();
        metric.x = problem.x.data();
        metric.y = problem.y.data();
        metric.factor = factor;
        metric.rounding = static_cast<Rounding>(rounding);
        metric.resolution = resolution;
        metric.speed = speed;
        metric.energy_per_distance = energy_per_distance;
        problem.metrics.push_back(metric);
    }

    void add_speeds(const Doubles &distance,
                    const Array<std::uint8_t> &category,
                    const Doubles &period_start,
                    const Doubles &speed) {
        const std::size_t n = problem.x.size();
        Metric metric;
        metric.kind = MetricKind::speeds;
        metric.n = n;
        metric.distance_table = keep(distance, n * n);
        metric.category = keep(category, n * n);
        metric.periods = period_start.size();
        metric.period_start = keep(period_start, metric.periods);
        expect(speed.size() % metric.periods == 0, "speeds and periods differ");
        metric.speed_table = keep(speed, speed.size());
        problem.metrics.push_back(metric);
    }

    void add_arrivals(const Doubles &distance,
                      const Array<std::int64_t> &offset,
                      const Doubles &departure,
                      const Doubles &arrival,
                      const std::optional<Doubles> &energy) {
        const std::size_t n = problem.x.size();
        Metric metric;
        metric.kind = MetricKind::arrivals;
        metric.n = n;
        metric.distance_table = keep(distance, n * n);
        metric.offset = keep(offset, n * n + 1);
        const auto count = static_cast<std::size_t>(offset.data()[n * n]);
        metric.departure = keep(departure, count);
        metric.arrival = keep(arrival, count);
        if (energy) {
            metric.energy_table = keep(*energy, n * n);
        }
        problem.metrics.push_back(metric);
    }

    std::int32_t add_station(std::int32_t location, std::int32_t kind, double access_time) {
        problem.stations.push_back({location, kind, access_time});
        return static_cast<std::int32_t>(problem.stations.size()) - 1;
    }

    // One order with one or two stops: (location, service, setup, windows).
    std::int32_t add_order(const std::vector<std::tuple<std::int32_t, double, double, Pairs>> &stops,
                           const std::vector<double> &delivery,
                           const std::vector<double> &pickup,
                           const std::vector<double> &amount,
                           double penalty,
                           double release,
                           std::int32_t onboard) {
        const auto index = problem.order_count();
        const auto first = static_cast<std::int32_t>(problem.tasks.size());
        const auto count = static_cast<std::int32_t>(stops.size());
        const auto size = static_cast<std::size_t>(problem.dimensions);
        expect(count == 1 || count == 2, "an order has one or two stops");
        expect(delivery.size() == size && pickup.size() == size && amount.size() == size, "loads differ in dimensions");
        for (std::int32_t i = 0; i < count; ++i) {
            const auto &[location, service, setup, windows] = stops[static_cast<std::size_t>(i)];
            const auto begin = static_cast<std::int32_t>(problem.windows.size());
            for (const Window &window : windows_of(windows)) {
                problem.windows.push_back(window);
            }
            problem.tasks.push_back({index, location, service, setup, begin,
                                     static_cast<std::int32_t>(problem.windows.size()), count == 2 ? first + 1 - i : -1,
                                     i == 1});
        }
        problem.orders.push_back({first, count, penalty, release, onboard});
        problem.delivery.insert(problem.delivery.end(), delivery.begin(), delivery.end());
        problem.pickup.insert(problem.pickup.end(), pickup.begin(), pickup.end());
        problem.amount.insert(problem.amount.end(), amount.begin(), amount.end());
        return index;
    }

    std::int32_t add_type(std::int32_t profile,
                          std::int32_t start,
                          std::int32_t end,
                          std::pair<double, double> shift,
                          std::vector<double> capacity,
                          std::vector<std::int32_t> depots,
                          std::int32_t max_trips,
                          double reload_time,
                          double load_time,
                          std::tuple<double, double, double> costs,
                          std::tuple<double, double, double, std::int32_t> limits,
                          double speed_factor,
                          double aux_power,
                          const std::vector<std::pair<Pairs, double>> &breaks,
                          bool under_way,
                          std::vector<double> initial_load,
                          const Visits &frozen) {
        VehicleType type{};
        type.profile = profile;
        type.start = start;
        type.end = end;
        type.shift = {shift.first, shift.second};
        type.capacity = std::move(capacity);
        type.depots = std::move(depots);
        type.max_trips = max_trips;
        type.reload_time = reload_time;
        type.load_time = load_time;
        std::tie(type.fixed_cost, type.cost_per_distance, type.cost_per_time) = costs;
        std::tie(type.max_duration, type.max_distance, type.max_travel_time, type.max_stops) = limits;
        type.speed_factor = speed_factor;
        type.aux_power = aux_power;
        for (const auto &[windows, duration] : breaks) {
            type.breaks.push_back({windows_of(windows), duration});
        }
        type.under_way = under_way;
        type.initial_load = std::move(initial_load);
        type.frozen = visits_of(frozen);
        expect(type.capacity.size() == static_cast<std::size_t>(problem.dimensions), "capacity differs in dimensions");
        problem.types.push_back(std::move(type));
        return static_cast<std::int32_t>(problem.types.size()) - 1;
    }

    // Curves by kind of station as (time, energy); an empty one means that it cannot charge there.
    void set_battery(std::int32_t type,
                     double capacity,
                     double start,
                     double reserve,
                     double end_min,
                     const std::vector<std::pair<std::vector<double>, std::vector<double>>> &curves) {
        VehicleType &van = problem.types.at(static_cast<std::size_t>(type));
        van.has_battery = true;
        van.battery = {capacity, start, reserve, end_min, {}};
        for (const auto &[time, energy] : curves) {
            van.battery.curves.push_back({time, energy});
        }
    }

    void set_vehicles(std::vector<std::int32_t> types, const Array<std::uint8_t> &compatible) {
        problem.vehicle_type = std::move(types);
        const std::size_t size = problem.orders.size() * problem.types.size();
        expect(compatible.size() == size, "compatibility has another shape");
        problem.compatible.assign(compatible.data(), compatible.data() + size);
    }

private:
    template <typename T> const T *keep(const Array<T> &array, std::size_t size) {
        expect(array.size() == size, "an array of a metric has another shape");
        kept_.push_back(nb::cast(array));
        return array.data();
    }

    std::vector<nb::object> kept_;
};

// The verdict on given routes.
class Scheduler {
public:
    explicit Scheduler(const Instance &instance)
        : evaluator_(instance.problem),
          dimensions_(instance.problem.dimensions) {}

    // Totals (cost, departure, end, distance, travel time, energy), then one row per step: kind, index, location |
    // arrival, start, departure, distance, level, charge | loads. None when the route is infeasible.
    nb::object schedule(std::int32_t vehicle, const Visits &visits, double departure) {
        Schedule result;
        if (!evaluator_.schedule(vehicle, visits_of(visits), departure, result)) {
            return nb::none();
        }
        std::vector<std::int32_t> what;
        std::vector<double> when;
        for (const Moment &m : result.moments) {
            what.insert(what.end(), {static_cast<std::int32_t>(m.kind), m.index, m.location});
            when.insert(when.end(), {m.arrival, m.start, m.departure, m.distance, m.level, m.charge});
        }
        const Timeline &line = result.line;
        return nb::make_tuple(nb::make_tuple(result.cost, line.departure, line.end, line.distance, line.travel_time,
                                             line.energy, line.service_time),
                              to_numpy(std::move(what), 3), to_numpy(std::move(when), 6),
                              to_numpy(std::move(result.loads), static_cast<std::size_t>(dimensions_)));
    }

    double cost(std::int32_t vehicle, const Visits &visits) { return evaluator_.cost(vehicle, visits_of(visits)); }

private:
    Evaluator evaluator_;
    std::int32_t dimensions_;
};

std::vector<Visits> best_visits(const Search &search, std::int32_t vehicles) {
    std::vector<Visits> routes;
    for (std::int32_t vehicle = 0; vehicle < vehicles; ++vehicle) {
        routes.push_back(to_python(search.solution().best_visits(vehicle)));
    }
    return routes;
}

} // namespace

NB_MODULE(_core, m) {
    nb::class_<Instance>(m, "Instance")
        .def(nb::init<std::vector<double>, std::vector<double>, std::int32_t, std::int32_t, bool, bool>(), "x"_a, "y"_a,
             "dimensions"_a, "mass_dimension"_a, "full_charging"_a, "count_service"_a)
        .def("add_matrix", &Instance::add_matrix, "time"_a, "distance"_a, "energy"_a.none(), "energy_per_load"_a.none(),
             "slice_start"_a, "slice_width"_a)
        .def("add_coordinates", &Instance::add_coordinates, "great_circle"_a, "factor"_a, "rounding"_a, "resolution"_a,
             "speed"_a, "energy_per_distance"_a)
        .def("add_speeds", &Instance::add_speeds, "distance"_a, "category"_a, "period_start"_a, "speed"_a)
        .def("add_arrivals", &Instance::add_arrivals, "distance"_a, "offset"_a, "departure"_a, "arrival"_a,
             "energy"_a.none())
        .def("add_station", &Instance::add_station, "location"_a, "kind"_a, "access_time"_a)
        .def("add_order", &Instance::add_order, "stops"_a, "delivery"_a, "pickup"_a, "amount"_a, "penalty"_a,
             "release"_a, "onboard"_a)
        .def("add_type", &Instance::add_type, nb::kw_only(), "profile"_a, "start"_a, "end"_a, "shift"_a, "capacity"_a,
             "depots"_a, "max_trips"_a, "reload_time"_a, "load_time"_a, "costs"_a, "limits"_a, "speed_factor"_a,
             "aux_power"_a, "breaks"_a, "under_way"_a, "initial_load"_a, "frozen"_a)
        .def("set_battery", &Instance::set_battery, "type"_a, "capacity"_a, "start"_a, "reserve"_a, "end_min"_a,
             "curves"_a)
        .def("set_vehicles", &Instance::set_vehicles, "types"_a, "compatible"_a);

    nb::class_<Scheduler>(m, "Scheduler")
        .def(nb::init<const Instance &>(), "instance"_a, nb::keep_alive<1, 2>())
        .def("schedule", &Scheduler::schedule, "vehicle"_a, "visits"_a, "departure"_a)
        .def("cost", &Scheduler::cost, "vehicle"_a, "visits"_a);

    nb::class_<Search>(m, "Search")
        .def(
            "__init__",
            [](Search *self, const Instance &instance, std::uint64_t seed, bool vehicles_first) {
                new (self) Search(instance.problem, seed, vehicles_first);
            },
            "instance"_a, "seed"_a, "vehicles_first"_a, nb::keep_alive<1, 2>())
        .def(
            "start_with",
            [](Search &self, std::int32_t vehicle, const Visits &visits) {
                self.start_with(vehicle, visits_of(visits));
            },
            "vehicle"_a, "visits"_a)
        .def("begin", &Search::begin, "iterations"_a, "seconds"_a, nb::call_guard<nb::gil_scoped_release>())
        .def("advance", &Search::advance, "seconds"_a, nb::call_guard<nb::gil_scoped_release>())
        .def("best_visits", &best_visits, "vehicles"_a)
        .def_prop_ro("best_absent", [](const Search &self) { return self.solution().best_absent(); })
        .def_prop_ro("best_cost", [](const Search &self) { return self.solution().best_cost(); })
        .def_prop_ro("best_distance", [](const Search &self) { return self.solution().best_distance(); })
        .def_prop_ro("best_used", [](const Search &self) { return self.solution().best_used(); })
        .def_prop_ro("iterations", &Search::iterations);
}
