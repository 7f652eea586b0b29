// What lines the street: buildings, walls, fences and hedges.
#include "dataset/streets_world.h"

namespace assay::dataset::streets {
namespace {

struct Facade {
  Rgb wall, trim, glass, shop;
  int height = 1200, storey = 320, bay = 320, window_w = 140, window_h = 170, ground = 380;
  int material = 0;
  bool balcony = false, shops = false, pilaster = false;
  std::uint32_t seed = 0;
};

/// Plaster, brick and stone: what most walls and houses are made of.
Rgb masonry(Rng& rng) {
  static constexpr std::array<Rgb, 8> kStone{{{205, 195, 175},
                                              {150, 85, 65},
                                              {190, 150, 105},
                                              {140, 140, 138},
                                              {215, 212, 205},
                                              {165, 120, 95},
                                              {105, 98, 92},
                                              {195, 175, 120}}};
  const Rgb c = kStone[static_cast<std::size_t>(rng.range(0, 7))];
  return {c.r + rng.range(-25, 25), c.g + rng.range(-22, 22), c.b + rng.range(-25, 25)};
}

/// Mostly masonry, sometimes painted.
Rgb wall_colour(Rng& rng) {
  if (rng.chance(75)) return masonry(rng);
  const Rgb paint = any_paint(rng);
  return blend(paint, {150, 140, 128}, rng.range(60, 200));
}

Facade plan_facade(Rng& rng) {
  Facade f;
  f.wall = wall_colour(rng);
  f.trim = add(f.wall, rng.chance(50) ? rng.range(25, 70) : -rng.range(25, 60));
  f.glass = rng.chance(50) ? add({60, 68, 78}, rng.range(-35, 30)) : add({140, 155, 170}, rng.range(-40, 50));
  f.shop = any_paint(rng);
  f.storey = rng.range(280, 400);
  f.height = f.storey * rng.range(2, 7);
  f.height += rng.range(60, 160);
  f.bay = rng.range(220, 420);
  f.window_w = f.bay * rng.range(35, 75) / 100;
  f.window_h = f.storey * rng.range(42, 68) / 100;
  f.ground = f.storey + rng.range(0, 90);
  f.material = rng.range(0, 3);
  f.balcony = rng.chance(35);
  f.shops = rng.chance(45);
  f.pilaster = rng.chance(30);
  f.seed = static_cast<std::uint32_t>(rng.next());
  return f;
}

Rgb wall_texture(const Facade& f, int u, int v) {
  const int stain = noise(u, v, 260, f.seed) / 8 - 16;
  if (f.material == 0) {
    const int row = v / 16;
    const bool mortar = v % 16 < 3 || floor_mod(u + (row & 1) * 20, 40) < 4;
    return add(
        f.wall,
        mortar ? 24 : stain + static_cast<int>(hash2((u + (row & 1) * 20) / 40, row, f.seed) & 31U) - 20);
  }
  if (f.material == 1 && (v % f.storey < 8 || floor_mod(u, f.bay * 2) < 8)) return add(f.wall, -35);
  if (f.material == 2) return add(f.wall, stain * 2 + noise(u, v, 12, f.seed + 1) / 10 - 12);
  return add(f.wall, stain);
}

Rgb window_look(const Facade& f, int u, int v, int col, int row, int w, int h) {
  if (u < 9 || v < 9 || u > w - 9 || v > h - 9 || (u > w / 2 - 4 && u < w / 2 + 4)) return f.trim;
  const std::uint32_t r = hash2(col, row, f.seed + 3);
  Rgb c = add(f.glass, static_cast<int>(r & 63U) - 32 + v * 30 / h);
  if ((r >> 8) % 5 == 0 && v > h / 2)
    c = add({190, 185, 170}, static_cast<int>((r >> 12) & 31U) - 16);  // blind
  if ((r >> 20) % 9 == 0) c = {225, 200, 130};                         // lit
  return c;
}

Texel facade_texel(const Facade& f, int u, int v) {
  if (v < 0 || v > f.height) return {};
  const int col = static_cast<int>(floor_div(u, f.bay)), bu = floor_mod(u, f.bay);
  if (v > f.height - 45) return {v > f.height - 12 ? add(f.trim, 15) : f.trim, kBuilding};
  if (f.pilaster && bu < 22) return {f.trim, kBuilding};
  const int left = (f.bay - f.window_w) / 2;
  if (v < f.ground) {
    if (v < 40) return {add(f.wall, -40), kBuilding};
    if (f.shops) {
      if (v > f.ground - 70) return {f.shop, kBuilding};
      if (bu < 18) return {f.trim, kBuilding};
      return {add(f.glass, noise(u, v, 90, f.seed + 4) / 3 - 30), kBuilding};
    }
    const bool door = hash2(col, 1, f.seed) % 4 == 0;
    if (door && bu > f.bay / 2 - 60 && bu < f.bay / 2 + 60 && v < 230)
      return {bu > f.bay / 2 - 50 && bu < f.bay / 2 + 50 && v < 220 ? add(f.shop, -30) : f.trim, kBuilding};
    if (!door && bu >= left && bu < left + f.window_w && v > 110 && v < 110 + f.window_h && v < f.ground - 30)
      return {window_look(f, bu - left, v - 110, col, -1, f.window_w, f.window_h), kBuilding};
    return {wall_texture(f, u, v), kBuilding};
  }
  const int row = (v - f.ground) / f.storey, fv = (v - f.ground) % f.storey,
            sill = (f.storey - f.window_h) / 2;
  if (f.balcony && col % 2 == 0 && fv < 95 && bu > left - 25 && bu < left + f.window_w + 25)
    return {fv < 14 || fv > 85 || floor_mod(u, 18) < 8 ? f.trim : add(f.wall, -25), kBuilding};
  if (bu >= left && bu < left + f.window_w && fv >= sill && fv < sill + f.window_h)
    return {window_look(f, bu - left, fv - sill, col, row, f.window_w, f.window_h), kBuilding};
  if (fv < 10 && f.material != 2) return {f.trim, kBuilding};
  return {wall_texture(f, u, v), kBuilding};
}

/// How bright an upright face is: faces turned to the sun are bright, the others fall back.
int face_light(const Canvas& canvas, GroundPoint a, GroundPoint b) {
  const Light& l = canvas.light;
  const bool along = (b.z > a.z ? b.z - a.z : a.z - b.z) > (b.x > a.x ? b.x - a.x : a.x - b.x);
  if (!along || l.sun_side == 0) return l.ambient - l.contrast / 3;
  const bool faces_left = a.x + b.x > 0;  // a face right of the road looks to the left
  return l.ambient + (faces_left == (l.sun_side < 0) ? l.contrast / 4 : -l.contrast);
}

template <class Shade>
void lit_panel(Canvas& canvas, GroundPoint a, GroundPoint b, int top, Shade shade) {
  const int bright = face_light(canvas, a, b);
  canvas.panel(a, b, 0, top, [&](int u, int v) {
    Texel t = shade(u, v);
    t.colour = scale(t.colour, bright);
    return t;
  });
}

}  // namespace

void draw_building(Canvas& canvas, GroundPoint a, GroundPoint b, int depth, Rng rng) {
  const Facade f = plan_facade(rng);
  const auto shade = [&](int u, int v) { return facade_texel(f, u, v); };
  if (depth != 0) {
    const GroundPoint corner = a.z < b.z ? a : b;
    lit_panel(canvas, corner, {corner.x + depth, corner.z}, f.height,
              [&](int u, int v) { return shade(u + 37, v); });
  }
  lit_panel(canvas, a, b, f.height, shade);
  if (!rng.chance(35)) return;
  // A pitched roof seen from below: a darker band that leans back.
  const Rgb roof = scale(blend(any_paint(rng), {120, 80, 65}, 140), canvas.light.ambient * 3 / 4);
  const int rise = rng.range(120, 320), lean = a.x == b.x ? (a.x > 0 ? 250 : -250) : 0;
  const std::array<Point3, 4> p{Point3{a.x, f.height, std::max(a.z, kNear)},
                                Point3{b.x, f.height, std::max(b.z, kNear)},
                                Point3{b.x + lean, f.height + rise, std::max(b.z, kNear)},
                                Point3{a.x + lean, f.height + rise, std::max(a.z, kNear)}};
  canvas.fill3(p, roof, kBuilding);
}

void draw_wall(Canvas& canvas, GroundPoint a, GroundPoint b, Rng rng) {
  const Rgb base = wall_colour(rng);
  const int height = rng.range(170, 380), kind = rng.range(0, 2), block_w = rng.range(60, 130),
            block_h = rng.range(35, 60);
  const int pier = rng.range(350, 700);
  const auto seed = static_cast<std::uint32_t>(rng.next());
  lit_panel(canvas, a, b, height + 30, [&](int u, int v) -> Texel {
    const bool is_pier = floor_mod(u, pier) < 45;
    if (v < 0 || v > height + (is_pier ? 30 : 0)) return {};
    if (v > height - 22) return {add(base, 40), kWall};
    if (is_pier) return {add(base, -22), kWall};
    const int row = v / block_h, shifted = u + (row & 1) * block_w / 2;
    const int tone = static_cast<int>(hash2(shifted / block_w, row, seed) & 63U) - 32;
    const int stain = noise(u, v, 120, seed + 1) / 6 - 21 - (v < 50 ? 20 : 0);
    if (kind == 0) {
      const bool joint = v % block_h < 6 || floor_mod(shifted, block_w) < 6;
      return {add(base, joint ? -45 : tone + stain / 2), kWall};
    }
    if (kind == 1) return {add(base, stain + (v % 90 < 5 ? -28 : 0)), kWall};
    return {add(base, stain * 2 + noise(u, v, 22, seed + 2) / 4 - 32), kWall};
  });
}

void draw_fence(Canvas& canvas, GroundPoint a, GroundPoint b, Rng rng) {
  const Rgb base = any_paint(rng);
  const int height = rng.range(130, 260), kind = rng.range(0, 2);
  const int gap = kind == 0 ? rng.range(26, 40) : kind == 1 ? rng.range(16, 26) : rng.range(26, 40);
  const int post = rng.range(200, 320);
  lit_panel(canvas, a, b, height + 20, [&](int u, int v) -> Texel {
    const int pu = floor_mod(u, post);
    if (pu < 16 && v <= height + 15) return {add(base, -20), kFence};
    if (v < 6 || v > height) return {};
    const bool rail = (v > height - 34 && v < height - 22) || (v > 26 && v < 38);
    const int bu = floor_mod(u, gap);
    if (kind == 0) return {rail ? add(base, -12) : base, kFence, rail || bu < gap / 2};
    if (kind == 1) {  // pickets with pointed tops
      const int mid = bu > gap / 2 ? bu - gap / 2 : gap / 2 - bu;
      if (v > height - mid * 2) return {};
      return {rail && bu < 4 ? add(base, -60) : add(base, (u / gap % 3) * 10 - 10), kFence, bu > 3};
    }
    const bool wire = floor_mod(u + v, gap) < 9 || floor_mod(u - v, gap) < 9;
    return {base, kFence, rail || wire};
  });
}

void draw_hedge(Canvas& canvas, GroundPoint a, GroundPoint b, Rng rng) {
  const Rgb base = leaf_colour(rng);
  const int height = rng.range(90, 260);
  const auto seed = static_cast<std::uint32_t>(rng.next());
  lit_panel(canvas, a, b, height + 30, [&](int u, int v) -> Texel {
    if (v < 0 || v > height - 30 + noise(u, 0, 60, seed) / 4) return {};
    const int leaf = noise(u, v, 9, seed + 1), lump = noise(u, v, 60, seed + 2);
    return {scale(base, 190 + (leaf - 128) * 3 / 4 + (lump - 128) / 2 + v * 40 / height), kVegetation};
  });
}

namespace {

enum FrontKind { kHouses, kWalls, kFences, kHedges, kOpen };

int pick_front(Rng& rng) {
  const int roll = rng.range(0, 99);
  return roll < 26 ? kHouses : roll < 51 ? kWalls : roll < 78 ? kFences : roll < 86 ? kHedges : kOpen;
}

struct Segment {
  int near_z, far_z, kind;
  std::uint64_t seed;
};

/// Cuts one side of the street into segments. A side usually has one prevailing kind, as real streets do; it
/// also gives walls and fences stretches long enough to matter.
std::vector<Segment> plan_segments(const Layout& layout, Rng& rng) {
  std::vector<Segment> segments;
  const int prevailing = rng.chance(70) ? pick_front(rng) : -1;
  const bool crossing = layout.cross_far > layout.cross_near;
  for (int z = rng.range(-300, 300); z < 7000;) {
    int kind = prevailing >= 0 && rng.chance(70) ? prevailing : pick_front(rng);
    // Far walls and fences would be slivers of a few pixels that nobody can tell apart.
    if (z > 3500 && (kind == kWalls || kind == kFences)) kind = rng.chance(60) ? kHouses : kHedges;
    int end = z + (kind == kHouses ? rng.range(700, 2000) : rng.range(800, 1800));
    if (crossing && end > layout.cross_near - 200 && z < layout.cross_far + 200) {
      if (z >= layout.cross_near - 400) {
        z = layout.cross_far + 200;
        continue;
      }
      end = layout.cross_near - 200;
    }
    segments.push_back({z, end, kind, rng.next()});
    z = end + (rng.chance(30) ? rng.range(100, 500) : 0);
  }
  return segments;
}

/// Something taller at a distance behind whatever is low.
void draw_behind(Canvas& canvas, const Segment& seg, int x, int sign, Rng& own) {
  const int back = x + sign * own.range(300, 1200), length = seg.far_z - seg.near_z;
  if (own.chance(45))
    draw_building(canvas, {back, seg.near_z}, {back, seg.far_z}, sign * 1500, Rng(own.next()));
  for (int i = own.range(0, 3); i > 0; --i) {
    const int tree_x = x + sign * own.range(200, 900);
    draw_tree(canvas, tree_x, seg.far_z - length * (4 - i) / 4, Rng(own.next()));
  }
}

}  // namespace

void draw_frontage(Canvas& canvas, const Layout& layout, bool left, Rng rng) {
  const Side& side = left ? layout.left : layout.right;
  const int sign = left ? -1 : 1, x = sign * side.front();
  const std::vector<Segment> segments = plan_segments(layout, rng);
  for (auto it = segments.rbegin(); it != segments.rend(); ++it) {
    Rng own(it->seed);
    const GroundPoint a{x, it->near_z}, b{x, it->far_z};
    if (it->kind != kHouses) draw_behind(canvas, *it, x, sign, own);
    if (it->kind == kHouses) {
      draw_building(canvas, a, b, sign * 1500, Rng(own.next()));
      const int garden = sign * (side.walk_end() + 10);
      if (side.soil < 200) continue;
      const int border = own.range(0, 9);
      if (border < 4) draw_fence(canvas, {garden, a.z}, {garden, b.z}, Rng(own.next()));
      if (border == 4 || border == 5) draw_wall(canvas, {garden, a.z}, {garden, b.z}, Rng(own.next()));
    }
    if (it->kind == kWalls) draw_wall(canvas, a, b, Rng(own.next()));
    if (it->kind == kFences) draw_fence(canvas, a, b, Rng(own.next()));
    if (it->kind == kHedges) draw_hedge(canvas, a, b, Rng(own.next()));
    if (it->kind == kOpen)
      for (int i = 0; i < 3; ++i)
        draw_bush(canvas, x + sign * 150, it->far_z - (it->far_z - it->near_z) * i / 3, Rng(own.next()));
  }
}

}  // namespace assay::dataset::streets
