// Composes a scene: plans the street, places things so that they stay visible, draws back to front.
#include "dataset/streets_world.h"

namespace assay::dataset {
namespace streets {

Layout plan_layout(Rng& rng) {
  Layout l;
  const auto side = [&](int kerb) {
    Side s;
    s.kerb = kerb;
    s.verge = rng.chance(50) ? rng.range(120, 320) : 0;
    s.walk = rng.range(220, 600);
    s.soil = rng.chance(50) ? rng.range(200, 700) : 0;
    return s;
  };
  l.left = side(rng.range(230, 900));
  l.right = side(rng.range(230, 680));
  if (rng.chance(35)) {
    l.cross_near = rng.range(1300, 3000);
    l.cross_far = l.cross_near + rng.range(600, 1100);
  }
  if (rng.chance(35)) {
    l.zebra_near = l.cross_near > 0 ? l.cross_near - 420 : rng.range(700, 1800);
    l.zebra_far = l.zebra_near + 330;
  }
  l.lane = rng.range(280, 380);
  if (l.right.kerb > 500 && rng.chance(30)) l.parking = 220;
  return l;
}

Camera plan_camera(Rng& rng) {
  Camera c;
  c.focal = rng.range(5600, 8200);
  c.horizon = rng.range(1300, 2300);
  c.vanish = kDesignWidth / 2 + rng.range(-1500, 1500);
  c.height = rng.range(125, 230);
  c.curve = rng.chance(50) ? rng.range(-3000, 3000) : 0;
  return c;
}

Light plan_light(Rng& rng) {
  Light l;
  l.sun_side = rng.range(-1, 1);
  l.contrast = rng.range(20, 90);
  l.ambient = rng.range(185, 275);
  const int grey = rng.range(140, 225);
  l.fog = {grey + rng.range(-10, 8), grey, grey + rng.range(-6, 14)};
  l.fog_distance = rng.chance(20) ? rng.range(5000, 12000) : rng.range(20000, 80000);
  l.wet = rng.chance(25);
  return l;
}

namespace {

enum class Kind {
  kCar,
  kBus,
  kTruck,
  kTrain,
  kPerson,
  kBicycle,
  kMotorcycle,
  kCyclist,
  kMotorcyclist,
  kLamp,
  kSign,
  kTrafficLight,
  kTree,
  kBush,
  kStatic
};

struct Placement {
  Kind kind;
  int x, z, yaw, order;
  std::uint64_t seed;
};
struct Extent {
  std::int64_t x0, y0, x1, y1;
  std::int64_t area() const {
    return std::max<std::int64_t>(x1 - x0, 1) * std::max<std::int64_t>(y1 - y0, 1);
  }
};
struct Size {
  int half_length, half_width, height;
};

Size size_of(Kind kind) {
  switch (kind) {
    case Kind::kCar:
      return {220, 90, 160};
    case Kind::kBus:
      return {560, 127, 310};
    case Kind::kTruck:
      return {450, 127, 360};
    case Kind::kTrain:
      return {1200, 130, 350};
    case Kind::kPerson:
      return {40, 40, 175};
    case Kind::kBicycle:
      return {40, 90, 105};
    case Kind::kMotorcycle:
      return {40, 100, 115};
    case Kind::kCyclist:
      return {40, 90, 180};
    case Kind::kMotorcyclist:
      return {40, 100, 170};
    case Kind::kLamp:
      return {20, 20, 600};
    case Kind::kSign:
      return {20, 50, 320};
    case Kind::kTrafficLight:
      return {20, 40, 360};
    case Kind::kTree:
      return {60, 200, 800};
    case Kind::kBush:
      return {80, 150, 150};
    case Kind::kStatic:
      return {30, 30, 105};
  }
  return {};
}

class Planner {
 public:
  Planner(const Camera& camera, const Layout& layout, Rng rng)
      : camera_(camera), layout_(layout), rng_(rng) {}

  std::vector<Placement> plan();

 private:
  bool accept(Kind kind, int x, int z, int yaw);
  void several(Kind kind, int count) {
    for (int i = 0; i < count; ++i) one(kind);
  }
  void one(Kind kind);
  Placement propose(Kind kind);
  int roadside() { return side_x(rng_.range(30, 80)); }
  int side_x(int beyond_kerb);
  int on_sidewalk();

  Camera camera_;
  Layout layout_;
  Rng rng_;
  std::vector<Placement> placed_;
  std::vector<Extent> extents_;
};

int Planner::side_x(int beyond_kerb) {
  return rng_.chance(50) ? -(layout_.left.kerb + beyond_kerb) : layout_.right.kerb + beyond_kerb;
}

int Planner::on_sidewalk() {
  const bool left = rng_.chance(50);
  const Side& s = left ? layout_.left : layout_.right;
  const int x = rng_.range(s.walk_start() + 30, s.walk_end() - 30);
  return left ? -x : x;
}

Placement Planner::propose(Kind kind) {
  Placement p{kind, 0, 0, 0, 0, 0};
  const bool left = rng_.chance(50);
  const int inner = left ? -rng_.range(60, std::max(60, layout_.left.kerb - 130))
                         : rng_.range(60, std::max(60, layout_.right.kerb - 130));
  switch (kind) {
    case Kind::kCar:
    case Kind::kBus:
    case Kind::kTruck: {
      const bool crossing = rng_.chance(kind == Kind::kCar ? 18 : 30);
      p.x = crossing ? rng_.range(-900, 900) : inner;
      p.yaw = crossing ? (rng_.chance(50) ? 256 : 768) : (left ? 512 : 0);
      p.yaw += rng_.range(-18, 18);
      const int half = crossing ? 100 : size_of(kind).half_length;
      p.z = half + (kind == Kind::kCar ? rng_.range(650, 2800) : rng_.range(900, 2300));
      if (kind == Kind::kCar && !crossing && rng_.chance(45))
        p.x = left ? -(layout_.left.kerb - 105) : layout_.right.kerb - 105;
      break;
    }
    case Kind::kTrain: {
      const bool crossing = rng_.chance(35);
      p.x = crossing ? rng_.range(-900, 900) : layout_.tram_x;
      p.yaw = crossing ? 256 : (layout_.tram_x < 0 ? 512 : 0);
      p.z = crossing ? rng_.range(1300, 2600) : 1200 + rng_.range(900, 2000);
      break;
    }
    case Kind::kPerson:
      p.x = rng_.chance(75) ? on_sidewalk() : rng_.range(-layout_.left.kerb, layout_.right.kerb);
      p.z = rng_.range(550, 1500);
      break;
    case Kind::kBicycle:
    case Kind::kMotorcycle:
      p.x = rng_.chance(60) ? on_sidewalk() : side_x(-70);
      p.z = rng_.range(500, 1150);
      break;
    case Kind::kCyclist:
    case Kind::kMotorcyclist:
      p.x = rng_.chance(50) ? side_x(-120) : rng_.range(-layout_.left.kerb, layout_.right.kerb);
      p.z = rng_.range(550, 1250);
      break;
    case Kind::kLamp:
      p.x = roadside(), p.z = rng_.range(550, 1500);
      break;
    case Kind::kSign:
      p.x = roadside(), p.z = rng_.range(600, 1400);
      break;
    case Kind::kTrafficLight:
      p.x = roadside(), p.z = rng_.range(600, 1300);
      break;
    case Kind::kTree:
      p.x = rng_.chance(50) ? roadside() : on_sidewalk(), p.z = rng_.range(1000, 3500);
      break;
    default:
      p.x = on_sidewalk(), p.z = rng_.range(700, 1800);
      break;
  }
  return p;
}

bool Planner::accept(Kind kind, int x, int z, int yaw) {
  const Size s = size_of(kind);
  const bool across = isin(yaw) > 2900 || isin(yaw) < -2900;
  const int hx = across ? s.half_length : s.half_width, hz = across ? s.half_width : s.half_length;
  const int near_z = std::max(kNear, z - hz), far_z = z + hz;
  Extent e{};
  e.x0 = std::min(camera_.screen_x(x - hx, near_z), camera_.screen_x(x - hx, far_z));
  e.x1 = std::max(camera_.screen_x(x + hx, near_z), camera_.screen_x(x + hx, far_z));
  e.y0 = std::max<std::int64_t>(0, camera_.screen_y(s.height, near_z));
  e.y1 = std::min<std::int64_t>(kDesignHeight, camera_.screen_y(0, near_z));
  const std::int64_t seen = std::min<std::int64_t>(e.x1, kDesignWidth) - std::max<std::int64_t>(e.x0, 0);
  if (seen * 100 < (e.x1 - e.x0) * 55 || e.y1 <= e.y0) return false;
  for (const Extent& o : extents_) {
    const std::int64_t w = std::min(e.x1, o.x1) - std::max(e.x0, o.x0),
                       h = std::min(e.y1, o.y1) - std::max(e.y0, o.y0);
    if (w <= 0 || h <= 0) continue;
    if (w * h * 100 > 35 * std::min(e.area(), o.area())) return false;
  }
  extents_.push_back(e);
  return true;
}

void Planner::one(Kind kind) {
  for (int attempt = 0; attempt < 14; ++attempt) {
    Placement p = propose(kind);
    p.seed = rng_.next();
    if (!accept(kind, p.x, p.z, p.yaw)) continue;
    const bool along = isin(p.yaw) < 2900 && isin(p.yaw) > -2900;
    p.order = p.z - (along ? size_of(kind).half_length / 2 : 0);
    placed_.push_back(p);
    return;
  }
}

std::vector<Placement> Planner::plan() {
  const auto maybe = [&](int percent, int most) { return rng_.chance(percent) ? rng_.range(1, most) : 0; };
  // Rare and large things choose their places first, in a random order so that none always yields.
  std::array<Kind, 3> big{Kind::kBus, Kind::kTruck, Kind::kTrain};
  for (std::size_t i = 2; i > 0; --i)
    std::swap(big[i], big[static_cast<std::size_t>(rng_.range(0, static_cast<int>(i)))]);
  for (const Kind k : big)
    if (k != Kind::kTrain || layout_.tram) several(k, k == Kind::kTrain ? 1 : maybe(48, 1));
  several(Kind::kMotorcyclist, maybe(35, 2));
  several(Kind::kCyclist, maybe(38, 2));
  several(Kind::kMotorcycle, maybe(35, 2));
  several(Kind::kBicycle, maybe(35, 2));
  several(Kind::kTrafficLight, maybe(60, 3));
  several(Kind::kSign, maybe(75, 3));
  several(Kind::kPerson, maybe(80, 5));
  several(Kind::kLamp, maybe(75, 3));
  several(Kind::kCar, maybe(85, 5));
  several(Kind::kTree, maybe(55, 3));
  several(Kind::kBush, maybe(35, 2));
  several(Kind::kStatic, maybe(15, 1));
  std::stable_sort(placed_.begin(), placed_.end(),
                   [](const Placement& a, const Placement& b) { return a.order > b.order; });
  return placed_;
}

void draw_placement(Canvas& canvas, const Placement& p) {
  const Rng rng(p.seed);
  switch (p.kind) {
    case Kind::kCar:
      return draw_car(canvas, p.x, p.z, p.yaw, rng);
    case Kind::kBus:
      return draw_big(canvas, Big::kBus, p.x, p.z, p.yaw, rng);
    case Kind::kTruck:
      return draw_big(canvas, Big::kTruck, p.x, p.z, p.yaw, rng);
    case Kind::kTrain:
      return draw_big(canvas, Big::kTrain, p.x, p.z, p.yaw, rng);
    case Kind::kPerson:
      return draw_person(canvas, p.x, p.z, rng);
    case Kind::kBicycle:
      return draw_two_wheeler(canvas, TwoWheeler::kBicycle, p.x, p.z, false, rng);
    case Kind::kMotorcycle:
      return draw_two_wheeler(canvas, TwoWheeler::kMotorcycle, p.x, p.z, false, rng);
    case Kind::kCyclist:
      return draw_two_wheeler(canvas, TwoWheeler::kBicycle, p.x, p.z, true, rng);
    case Kind::kMotorcyclist:
      return draw_two_wheeler(canvas, TwoWheeler::kMotorcycle, p.x, p.z, true, rng);
    case Kind::kLamp:
      return draw_lamp(canvas, p.x, p.z, rng);
    case Kind::kSign:
      return draw_sign(canvas, p.x, p.z, rng);
    case Kind::kTrafficLight:
      return draw_traffic_light(canvas, p.x, p.z, rng);
    case Kind::kTree:
      return draw_tree(canvas, p.x, p.z, rng);
    case Kind::kBush:
      return draw_bush(canvas, p.x, p.z, rng);
    case Kind::kStatic:
      return draw_static(canvas, p.x, p.z, rng);
  }
}

}  // namespace
}  // namespace streets

StreetScene render_street(std::uint64_t seed, std::uint64_t index, int height, int width) {
  using namespace streets;
  StreetScene scene;
  if (height <= 0 || width <= 0) return scene;
  scene.height = height;
  scene.width = width;
  Rng rng(mix64(seed + 0x632be59bd9b4e019ULL) ^ mix64(index * 0x9e3779b97f4a7c15ULL + 0x1405ULL));
  Canvas canvas(width, height);
  canvas.camera = plan_camera(rng);
  canvas.light = plan_light(rng);
  Layout layout = plan_layout(rng);
  layout.tram = rng.chance(58);
  layout.tram_x = rng.chance(60) ? -rng.range(170, std::max(170, layout.left.kerb - 140))
                                 : rng.range(170, std::max(170, layout.right.kerb - 140));
  draw_sky(canvas, Rng(rng.next()));
  draw_ground(canvas, layout, Rng(rng.next()));
  draw_skyline(canvas, Rng(rng.next()));
  draw_frontage(canvas, layout, true, Rng(rng.next()));
  draw_frontage(canvas, layout, false, Rng(rng.next()));
  Planner planner(canvas.camera, layout, Rng(rng.next()));
  for (const Placement& p : planner.plan()) draw_placement(canvas, p);
  const Rng camera_rng(rng.next());
  finish_picture(canvas, camera_rng, rng.next(), scene);
  return scene;
}

}  // namespace assay::dataset
