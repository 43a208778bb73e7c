#ifndef MILKFLOAT_ROUTING_CHARGING_H
#define MILKFLOAT_ROUTING_CHARGING_H

// Where, how much and when: the charges and pauses of one fixed sequence of stops, by labels along the sequence.
//
// A label is a way to be at a stopover: its distance, the pauses taken, and the energy left as a concave function of
// the time of being ready to leave (Froger, Mendoza, Jabali & Laporte 2019, "Improved formulations and algorithmic
// components for the electric vehicle routing problem with nonlinear charging functions"). Charging at a station opens
// one label for each breakpoint of the arriving function: with concave curves an optimal plan needs no others.

#include "stations.h"
#include "timing.h"

#include <array>

namespace milkfloat::routing {

class Charging {
public:
    static constexpr std::size_t kCareful = 100; // labels per stopover from which nothing is left untried

    explicit Charging(const Problem &problem) : problem_(problem), stations_(problem) {}

    // Fills `inserts` with the charges and pauses that make the itinerary feasible at least cost when it leaves at
    // `departure`; `width` labels are kept per stopover. Labels that cost more than `limit` are given up.
    bool choose(std::int32_t vehicle,
                const Itinerary &itinerary,
                double departure,
                double limit,
                std::size_t width,
                std::vector<Insert> &inserts);

private:
    static constexpr int kMostPoints = 12;

    struct Point {
        double time;
        double level;
        double charged_to; // level at which the last station was left, on the way to this point
    };

    struct Label {
        double distance = 0.0;
        double travel = 0.0;
        double waited = 0.0;  // on the way to the first point: what leaving later could save
        double service = 0.0; // where the objective does not count it
        std::int32_t pauses = 0;
        std::int32_t last = -1; // newest entry of the trail
        std::int32_t count = 0;
        std::array<Point, kMostPoints> points;

        [[nodiscard]] double first_time() const { return points[0].time; }
        [[nodiscard]] double level_at(double time) const;
    };

    // One insert on the way of a label, linked to the one before.
    struct Trail {
        std::int32_t before;
        std::int32_t after;
        bool is_pause;
        std::int32_t index;
        double charged_to_before; // level at which the station before this one is left
    };

    void push(Label &label, const Point &point) const;
    bool travel(Label &label, std::int32_t from, std::int32_t to, double mass) const;
    [[nodiscard]] bool worth_it(const Label &label, std::size_t position, std::int32_t kind) const;
    [[nodiscard]] bool too_dear(const Label &label, std::size_t position) const;
    void find_detours(const Itinerary &itinerary);
    bool wait_for(Label &label, double early, double late) const;
    static void shift(Label &label, double duration);
    void charge_all(const Label &arriving, std::int32_t station, std::int32_t after, std::vector<Label> &out);
    void enter(Label &label, const Stopover &stop, std::vector<Label> &out);
    void leave(std::vector<Label> &labels, const Itinerary &itinerary, std::size_t position, std::vector<Label> &out);
    void prune(std::vector<Label> &labels, std::size_t width) const;
    [[nodiscard]] static bool dominates(const Label &a, const Label &b);
    void needs(const Itinerary &itinerary, double departure);

    const Problem &problem_;
    Stations stations_;
    const VehicleType *type_ = nullptr;
    std::int32_t type_index_ = 0;
    double limit_ = kInfinity;
    bool careful_ = false; // look at more than the search affords
    Stations::List first_list_{}, second_list_{};
    bool eager_ = false;           // look at stations even where the energy seems to last
    std::vector<double> need_;     // energy to get home from each stopover
    std::vector<double> distance_; // distance to get home
    std::vector<double> drawn_;    // energy from each stopover to the next
    std::vector<double> rest_;     // time to get home from the arrival at each stopover, without waiting
    std::vector<double> detour_;   // per stopover and kind of station: of a charge on the way to the next stopover
    double departure_ = 0.0;
    std::vector<Trail> trail_;
    std::vector<Label> here_, next_, at_station_;
};

} // namespace milkfloat::routing

#endif
