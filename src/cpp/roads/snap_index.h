#ifndef MILKFLOAT_ROADS_SNAP_INDEX_H
#define MILKFLOAT_ROADS_SNAP_INDEX_H

#include <cstdint>
#include <span>
#include <vector>

namespace milkfloat::roads {

// The nearest place on any street.
struct NearestSegment {
    std::int64_t segment = -1; // index of the segment's first point; -1 where no street is within the limit
    double part = 0.0;         // how much of the segment lies before the place
    double distance_m = 0.0;
    bool against = false; // the heading asked for runs against the shape
};

// A grid over the segments of all shapes: segment i runs from point i to point i + 1 where both belong to one shape.
class SnapIndex {
public:
    // `forward` and `backward` say per shape whether it may be driven along and against its points.
    SnapIndex(std::span<const std::int64_t> point_first,
              std::span<const double> lon,
              std::span<const double> lat,
              std::span<const std::int32_t> forward,
              std::span<const std::int32_t> backward);

    // Nearest segment within `limit_m`. A heading in degrees, unless NaN, keeps only streets that may be driven that
    // way, up to `heading_tolerance_deg` off. Distances are on a plane touching the Earth at the point, which is right
    // to a millimetre over the distances a point is snapped.
    [[nodiscard]] NearestSegment
    nearest(double lon, double lat, double limit_m, double heading_deg, double heading_tolerance_deg) const;

private:
    [[nodiscard]] std::int64_t column(double lon) const;
    [[nodiscard]] std::int64_t row(double lat) const;

    std::span<const double> lon_, lat_;
    std::span<const std::int32_t> forward_, backward_;
    std::vector<std::int32_t> shape_of_point_;
    double west_ = 0.0, south_ = 0.0, cell_lon_ = 1.0, cell_lat_ = 1.0;
    std::int64_t columns_ = 1, rows_ = 1;
    std::vector<std::int64_t> cell_first_;
    std::vector<std::int32_t> cell_segment_;
};

} // namespace milkfloat::roads

#endif
