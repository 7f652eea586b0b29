// The drawing surface of the street generator: a camera over a flat world and a few filled primitives.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "dataset/streets_math.h"

namespace assay::dataset::streets {

/// Design units: a picture is always 8192 x 4096 of them, whatever its size in pixels.
inline constexpr int kDesignWidth = 8192;
inline constexpr int kDesignHeight = 4096;
inline constexpr int kNear = 120;  // cm; nothing closer to the camera is drawn

enum Label : int {
  kSkip = -1,  // leave the pixel alone
  kEgo = 1,
  kStatic = 4,
  kDynamic = 5,
  kGround = 6,
  kRoad = 7,
  kSidewalk = 8,
  kParking = 9,
  kRailTrack = 10,
  kBuilding = 11,
  kWall = 12,
  kFence = 13,
  kGuardRail = 14,
  kPole = 17,
  kLight = 19,
  kSign = 20,
  kVegetation = 21,
  kTerrain = 22,
  kSky = 23,
  kPerson = 24,
  kRider = 25,
  kCar = 26,
  kTruck = 27,
  kBus = 28,
  kTrain = 31,
  kMotorcycle = 32,
  kBicycle = 33,
};

struct Point {
  std::int64_t x = 0, y = 0;
};
/// World point in centimetres: x to the right, y up from the ground, z ahead.
struct Point3 {
  int x = 0, y = 0, z = 0;
};
struct GroundPoint {
  int x = 0, z = 0;
};

/// What a shader says about one pixel: `paint` false keeps the colour (the gap in a fence) but sets the
/// label.
struct Texel {
  Rgb colour;
  int label = kSkip;
  bool paint = true;
};

struct Camera {
  int focal = 7000;    // design units
  int horizon = 1900;  // design y
  int vanish = 4096;   // design x
  int height = 150;    // cm above ground
  int curve = 0;       // lateral bend of the road: cm at 100 m
  std::int64_t bend(std::int64_t z) const { return std::int64_t{curve} * z / 10000 * z / 10000; }
  std::int64_t screen_x(std::int64_t x, std::int64_t z) const { return vanish + focal * (x + bend(z)) / z; }
  std::int64_t screen_y(std::int64_t y, std::int64_t z) const { return horizon + focal * (height - y) / z; }
};

struct Light {
  int sun_side = 0;   // -1 sun from the left, 0 diffuse, 1 from the right
  int contrast = 0;   // 0..90: how much facing away from the sun darkens
  int ambient = 256;  // general brightness of lit things, 256 = normal
  Rgb fog{200, 205, 210};
  int fog_distance = 60000;  // cm at which fog covers half
  bool wet = false;
};

class Canvas {
 public:
  Canvas(int width, int height);

  int width() const { return width_; }
  int height() const { return height_; }
  std::int64_t design_x(int px) const { return xs_[static_cast<std::size_t>(px)]; }
  std::int64_t design_y(int py) const { return ys_[static_cast<std::size_t>(py)]; }
  /// First pixel whose centre is at or right of / below the design coordinate (clamped to the picture).
  int first_x(std::int64_t x) const { return first(x, width_, kDesignWidth); }
  int first_y(std::int64_t y) const { return first(y, height_, kDesignHeight); }

  void put(int px, int py, const Texel& t, int z) {
    if (t.label == kSkip) return;
    const auto at =
        static_cast<std::size_t>(py) * static_cast<std::size_t>(width_) + static_cast<std::size_t>(px);
    labels_[at] = static_cast<std::uint8_t>(t.label);
    if (t.paint) colours_[at] = fogged(t.colour, z);
  }
  void brighten(int px, int py, int amount256) {
    auto& c = colours_[static_cast<std::size_t>(py) * static_cast<std::size_t>(width_) +
                       static_cast<std::size_t>(px)];
    c = scale(c, amount256);
  }

  /// Calls fn(px, py) for every pixel centre inside the polygon (even-odd rule, at most 16 corners).
  template <class Fn>
  void each_in(std::span<const Point> corners, Fn fn) const;
  template <class Shade>
  void polygon(std::span<const Point> corners, int z, Shade shade) {
    each_in(corners, [&](int px, int py) { put(px, py, shade(design_x(px), design_y(py)), z); });
  }
  void fill(std::span<const Point> corners, int z, Rgb colour, int label) {
    polygon(corners, z, [&](std::int64_t, std::int64_t) { return Texel{colour, label}; });
  }
  /// Quadrilateral (or any planar polygon) in the world, in one colour.
  void fill3(std::span<const Point3> corners, Rgb colour, int label);
  /// Darkens an ellipse on the ground: contact and cast shadows.
  void ground_shadow(int x, int z, int rx, int rz, int amount256);

  /// Upright plane from a to b; shade(u, v) sees centimetres along from a and centimetres above the ground.
  template <class Shade>
  void panel(GroundPoint a, GroundPoint b, int bottom, int top, Shade shade);

  Camera camera;
  Light light;
  std::vector<Rgb>& colours() { return colours_; }
  std::vector<std::uint8_t>& labels() { return labels_; }

 private:
  static int first(std::int64_t v, int count, int design) {
    const std::int64_t p = floor_div(2 * v * count + design - 1, 2 * design);
    return static_cast<int>(std::clamp<std::int64_t>(p, 0, count));
  }
  Rgb fogged(Rgb c, int z) const {
    return blend(c, light.fog, static_cast<int>(std::int64_t{256} * z / (z + light.fog_distance)));
  }

  int width_, height_;
  std::vector<int> xs_, ys_;
  std::vector<Rgb> colours_;
  std::vector<std::uint8_t> labels_;
};

template <class Fn>
void Canvas::each_in(std::span<const Point> corners, Fn fn) const {
  std::int64_t lo = corners[0].y, hi = corners[0].y;
  for (const Point& p : corners) lo = std::min(lo, p.y), hi = std::max(hi, p.y);
  const int y1 = first_y(hi);
  for (int py = first_y(lo); py < y1; ++py) {
    const std::int64_t y = design_y(py);
    std::array<std::int64_t, 40> cross{};
    std::size_t n = 0;
    for (std::size_t i = 0; i < corners.size() && n < cross.size(); ++i) {
      const Point& p = corners[i];
      const Point& q = corners[(i + 1) % corners.size()];
      if ((p.y <= y) != (q.y <= y)) cross[n++] = p.x + (q.x - p.x) * (y - p.y) / (q.y - p.y);
    }
    std::sort(cross.begin(), cross.begin() + static_cast<std::ptrdiff_t>(n));
    for (std::size_t i = 0; i + 1 < n; i += 2) {
      const int x1 = first_x(cross[i + 1]);
      for (int px = first_x(cross[i]); px < x1; ++px) fn(px, py);
    }
  }
}

template <class Shade>
void Canvas::panel(GroundPoint a, GroundPoint b, int bottom, int top, Shade shade) {
  constexpr std::int64_t kOne = std::int64_t{1} << 32;
  if (a.z < kNear && b.z < kNear) return;
  // Length along the ground, needed before clipping so that u keeps its origin at a.
  const std::int64_t dx = b.x - a.x, dz = b.z - a.z;
  std::int64_t length = 1;
  while (length * length < dx * dx + dz * dz) length = length * 2;
  for (std::int64_t step = length / 2; step > 0; step /= 2)
    if ((length - step) * (length - step) >= dx * dx + dz * dz) length -= step;
  std::int64_t ua = 0, ub = length;
  const auto clip = [&](GroundPoint& p, std::int64_t& u, const GroundPoint& q, std::int64_t uq) {
    const std::int64_t num = kNear - p.z, den = q.z - p.z;
    p.x += static_cast<int>((q.x - p.x) * num / den);
    u += (uq - u) * num / den;
    p.z = kNear;
  };
  if (a.z < kNear) clip(a, ua, b, ub);
  if (b.z < kNear) clip(b, ub, a, ua);
  std::int64_t sa = camera.screen_x(a.x, a.z), sb = camera.screen_x(b.x, b.z);
  if (sa > sb) std::swap(sa, sb), std::swap(a, b), std::swap(ua, ub);
  if (sa == sb) return;
  const std::int64_t qa = kOne / a.z, qb = kOne / b.z;
  const int x1 = first_x(sb);
  for (int px = first_x(sa); px < x1; ++px) {
    const std::int64_t t = ((design_x(px) - sa) << 16) / (sb - sa);
    const std::int64_t q = std::max<std::int64_t>(qa + ((qb - qa) * t >> 16), 1);
    const std::int64_t u = (ua * qa + ((ub * qb - ua * qa) >> 16) * t) / q;
    const std::int64_t z = kOne / q;
    const int y1 = first_y(camera.horizon + camera.focal * (camera.height - bottom) / z);
    for (int py = first_y(camera.horizon + camera.focal * (camera.height - top) / z); py < y1; ++py) {
      const std::int64_t v = camera.height - (design_y(py) - camera.horizon) * z / camera.focal;
      put(px, py, shade(static_cast<int>(u), static_cast<int>(v)), static_cast<int>(z));
    }
  }
}

/// Shapes in a plane facing the camera at (x, z), in millimetres from the point on the ground; `squeeze`
/// (256 = full) narrows it, which is how a turned bicycle looks.
class Sprite {
 public:
  Sprite(Canvas& canvas, int x, int z, int squeeze = 256, bool mirror = false)
      : canvas_(canvas), x_(x), z_(std::max(z, kNear)), squeeze_(mirror ? -squeeze : squeeze) {}
  Point at(int x, int y) const {
    const Camera& c = canvas_.camera;
    const std::int64_t wx = (x_ + c.bend(z_)) * 10 + std::int64_t{x} * squeeze_ / 256;
    return {c.vanish + c.focal * wx / (z_ * 10),
            c.horizon + c.focal * (std::int64_t{c.height} * 10 - y) / (z_ * 10)};
  }
  void rect(int x0, int y0, int x1, int y1, Rgb c, int label) {
    const std::array<Point, 4> p{at(x0, y0), at(x1, y0), at(x1, y1), at(x0, y1)};
    canvas_.fill(p, z_, c, label);
  }
  void poly(std::span<const Point> local, Rgb c, int label);
  void ellipse(int cx, int cy, int rx, int ry, Rgb c, int label);
  /// Straight limb or tube; thickness in mm, with round ends.
  void limb(int x0, int y0, int x1, int y1, int thick, Rgb c, int label);
  /// Wheel: the whole disc gets the label, only rim and spokes get colour.
  void wheel(int cx, int cy, int r, int rim, Rgb c, int label);
  /// Lumpy blob of leaves.
  void foliage(int cx, int cy, int rx, int ry, Rgb c, std::uint32_t seed, int density);
  int z() const { return z_; }

 private:
  Canvas& canvas_;
  int x_, z_, squeeze_;
};

}  // namespace assay::dataset::streets
