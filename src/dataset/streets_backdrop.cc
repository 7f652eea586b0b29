// Sky, ground and the far end of the street.
#include "dataset/streets_world.h"

namespace assay::dataset::streets {

void draw_sky(Canvas& canvas, Rng rng) {
  static constexpr std::array<Rgb, 8> kTop{{{70, 120, 200},
                                            {120, 160, 215},
                                            {150, 155, 165},
                                            {205, 208, 212},
                                            {110, 105, 140},
                                            {90, 98, 110},
                                            {235, 238, 242},
                                            {60, 80, 130}}};
  static constexpr std::array<Rgb, 8> kLow{{{190, 210, 235},
                                            {215, 220, 225},
                                            {190, 192, 196},
                                            {238, 238, 236},
                                            {240, 180, 130},
                                            {150, 150, 150},
                                            {225, 225, 228},
                                            {235, 200, 170}}};
  const auto kind = static_cast<std::size_t>(rng.range(0, 7));
  const Rgb top = add(kTop[kind], rng.range(-20, 20)), low = add(kLow[kind], rng.range(-25, 15));
  const Rgb cloud = add({225, 225, 228}, rng.range(-110, 30));
  const int cover = rng.range(0, 255), cell = rng.range(500, 1600);
  const auto seed = static_cast<std::uint32_t>(rng.next());
  canvas.light.fog = blend(low, canvas.light.fog, 100);
  const int bottom = std::max(canvas.camera.horizon, 1);
  const int sky_end = canvas.first_y(canvas.camera.horizon + 400);
  for (int py = 0; py < sky_end; ++py) {
    const std::int64_t y = canvas.design_y(py);
    const Rgb base = blend(top, low, static_cast<int>(std::clamp<std::int64_t>(y * 256 / bottom, 0, 256)));
    for (int px = 0; px < canvas.width(); ++px) {
      const std::int64_t x = canvas.design_x(px);
      const int n = (noise(x, y * 3, cell, seed) * 2 + noise(x, y * 3, cell / 3, seed + 1)) / 3;
      const int amount = clamp_int((n - 255 + cover) * 4, 0, 220);
      canvas.put(px, py, {blend(base, cloud, amount), kSky}, 0);
    }
  }
}

namespace {

struct GroundLook {
  Rgb road, walk, soil, grass, mark;
  int slab = 60, dash = 600, crack = 0;
  bool brick_walk = false, grass_is_bare = false, bays = false, centre_line = true, edge_line = true,
       brick_road = false;
  std::uint32_t seed = 0;
};

GroundLook plan_ground(Rng& rng) {
  GroundLook g;
  const int road = rng.range(55, 165), walk = rng.range(75, 205);
  g.road = {road + rng.range(-8, 14), road + rng.range(-6, 6), road + rng.range(-12, 10)};
  g.walk = {walk + rng.range(-10, 22), walk + rng.range(-8, 8), walk + rng.range(-22, 10)};
  static constexpr std::array<Rgb, 6> kGrass{
      {{85, 115, 55}, {120, 130, 70}, {150, 140, 90}, {110, 90, 65}, {140, 125, 105}, {70, 95, 60}}};
  g.grass = kGrass[static_cast<std::size_t>(rng.range(0, 5))];
  g.grass = add(g.grass, rng.range(-20, 25));
  g.soil = blend(g.grass, kGrass[static_cast<std::size_t>(rng.range(0, 5))], 128);
  g.mark = add({220, 218, 205}, rng.range(-50, 25));
  g.slab = rng.range(40, 120);
  g.dash = rng.range(400, 1000);
  g.brick_walk = rng.chance(45);
  g.brick_road = rng.chance(15);
  g.centre_line = rng.chance(75);
  g.edge_line = rng.chance(50);
  g.bays = rng.chance(50);
  g.crack = rng.range(0, 40);
  g.seed = static_cast<std::uint32_t>(rng.next());
  return g;
}

Texel terrain(const GroundLook& g, std::int64_t x, std::int64_t z, Rgb base) {
  const int tuft = noise(x, z, 14, g.seed + 5), patch = noise(x, z, 160, g.seed + 6);
  return {scale(base, 256 + (tuft - 128) * 3 / 4 + (patch - 128) / 2), kTerrain};
}

Texel sidewalk(const GroundLook& g, std::int64_t x, std::int64_t z) {
  const std::int64_t row = floor_div(z, g.slab);
  const std::int64_t shifted = x + (g.brick_walk && (row & 1) != 0 ? g.slab / 2 : 0);
  const std::int64_t col = floor_div(shifted, g.slab);
  const int tone = static_cast<int>(hash2(col, row, g.seed + 7) & 31U) - 16;
  const bool joint = floor_mod(z, g.slab) < 4 || floor_mod(shifted, g.slab) < 4;
  return {add(g.walk, joint ? -40 : tone + noise(x, z, 200, g.seed + 8) / 10 - 12), kSidewalk};
}

Texel road(const GroundLook& g, const Layout& l, std::int64_t x, std::int64_t z, bool junction) {
  Rgb c = add(g.road, noise(x, z, 220, g.seed) / 8 - 16 + noise(x, z / 6, 60, g.seed + 1) / 10 - 12);
  c = add(c, static_cast<int>(hash2(x / 3, z / 3, g.seed + 2) & 15U) - 8);
  if (g.brick_road && (floor_mod(z, 22) < 3 || floor_mod(x + (floor_div(z, 22) & 1) * 8, 16) < 3))
    c = add(c, -28);
  const int crack = noise(x, z, 130, g.seed + 3);
  if (crack > 125 && crack < 128 + g.crack / 20 && noise(x, z, 300, g.seed + 11) > 150) c = add(c, -g.crack);
  const auto marked = [&](Rgb base) { return blend(base, g.mark, 170 + noise(x, z, 40, g.seed + 4) / 4); };
  if (z >= l.zebra_near && z < l.zebra_far) {
    if (floor_mod(x, 100) < 50) c = marked(c);
    return {c, kRoad};
  }
  if (z < l.zebra_near - 60 && z > l.zebra_near - 110 && x > 0) return {marked(c), kRoad};
  if (junction) return {c, kRoad};
  if (l.tram) {
    const int off = static_cast<int>(x < l.tram_x ? l.tram_x - x : x - l.tram_x);
    if (off > 68 && off < 80) return {add(c, (g.seed & 1U) != 0 ? 60 : -45), kRoad};
  }
  if (g.centre_line) {
    const int middle = (l.right.kerb - l.left.kerb) / 2;
    const int lane = floor_mod(x - middle + 8, l.lane);
    if (lane < 16 && floor_mod(z, g.dash) < g.dash / 2 && x > -l.left.kerb + 120 && x < l.right.kerb - 120)
      c = marked(c);
  }
  if (g.edge_line && (x > l.right.kerb - 40 || x < -l.left.kerb + 40) && floor_mod(x, 20) < 14) c = marked(c);
  return {c, kRoad};
}

Texel ground_at(const GroundLook& g, const Layout& l, std::int64_t x, std::int64_t z) {
  const Side& s = x < 0 ? l.left : l.right;
  const std::int64_t d = x < 0 ? -x : x;
  const bool junction = z >= l.cross_near && z < l.cross_far;
  if (d < s.kerb) {
    if (x > 0 && l.parking > 0 && d > s.kerb - l.parking && !junction) {
      Texel t = road(g, l, x, z, true);
      if (d < s.kerb - l.parking + 14 || floor_mod(z, 550) < 14) t.colour = g.mark;
      if (g.bays) t.label = kParking;
      return t;
    }
    return road(g, l, x, z, junction);
  }
  if (junction) return road(g, l, x, z, true);
  if (d < s.kerb + 18) return {add(g.walk, 28), kSidewalk};
  if (d < s.walk_start()) return terrain(g, x, z, g.grass);
  if (d < s.walk_end()) return sidewalk(g, x, z);
  if (l.cross_far > l.cross_near && (z > l.cross_near - 300 && z < l.cross_far + 300))
    return sidewalk(g, x, z);
  return terrain(g, x, z, d < s.front() ? g.soil : g.grass);
}

/// The side towards the sun throws the shadow of its houses over sidewalk and road, house by house.
bool in_cast_shadow(const Light& light, const Layout& l, const GroundLook& g, std::int64_t x,
                    std::int64_t z) {
  if (light.sun_side == 0 || light.contrast < 45) return false;
  const std::int64_t from_front = light.sun_side < 0 ? x + l.left.front() : l.right.front() - x;
  const std::int64_t house = floor_div(z + from_front / 2, 1100);
  const int reach = static_cast<int>(hash2(house, light.sun_side, g.seed + 12) % 900);
  return from_front < (reach < 250 ? 0 : reach);
}

}  // namespace

void draw_ground(Canvas& canvas, const Layout& layout, Rng rng) {
  const GroundLook look = plan_ground(rng);
  const Camera& cam = canvas.camera;
  for (int py = canvas.first_y(cam.horizon + 1); py < canvas.height(); ++py) {
    const std::int64_t below = std::max<std::int64_t>(canvas.design_y(py) - cam.horizon, 1);
    const std::int64_t z = std::min<std::int64_t>(std::int64_t{cam.focal} * cam.height / below, 60000);
    const std::int64_t bend = cam.bend(z);
    for (int px = 0; px < canvas.width(); ++px) {
      const std::int64_t x = (canvas.design_x(px) - cam.vanish) * z / cam.focal - bend;
      Texel t = ground_at(look, layout, x, z);
      t.colour =
          scale(t.colour, in_cast_shadow(canvas.light, layout, look, x, z) ? canvas.light.ambient * 5 / 8
                                                                           : canvas.light.ambient);
      if (canvas.light.wet && t.label == kRoad)
        t.colour = add(scale(t.colour, 190), noise(x * 2, z / 3, 150, look.seed + 9) / 5);
      canvas.put(px, py, t, static_cast<int>(z));
    }
  }
}

void draw_skyline(Canvas& canvas, Rng rng) {
  const int z = 9000;
  for (int x = -11000; x < 11000;) {
    const int w = rng.range(800, 2600);
    if (rng.chance(50))
      draw_building(canvas, {x, z}, {x + w, z}, 0, Rng(rng.next()));
    else
      for (int i = 0; i < 4; ++i) draw_tree(canvas, x + w * i / 4, z - 100 - i, Rng(rng.next()));
    x += w + rng.range(-100, 700);
  }
}

}  // namespace assay::dataset::streets
