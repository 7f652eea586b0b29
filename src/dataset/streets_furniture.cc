// Poles, signs, lights and plants.
#include "dataset/streets_world.h"

namespace assay::dataset::streets {

Rgb any_paint(Rng& rng) {
  // Half greys, half colours of any hue: cars, houses, clothes and trams must not differ by palette.
  const int grey = rng.range(25, 235);
  if (rng.chance(40)) return {grey + rng.range(-8, 12), grey + rng.range(-8, 8), grey + rng.range(-14, 10)};
  return {rng.range(30, 230), rng.range(30, 220), rng.range(25, 220)};
}

Rgb leaf_colour(Rng& rng) {
  static constexpr std::array<Rgb, 7> kLeaf{{{60, 95, 45},
                                             {85, 120, 60},
                                             {110, 125, 70},
                                             {150, 125, 60},
                                             {140, 90, 50},
                                             {70, 105, 60},
                                             {105, 100, 85}}};
  const Rgb leaf = kLeaf[static_cast<std::size_t>(rng.range(0, 6))];
  return add(leaf, rng.range(-25, 30));
}

namespace {

Rgb pole_paint(Rng& rng, int ambient) {
  const int grey = rng.range(40, 200);
  return scale(rng.chance(60) ? Rgb{grey, grey, grey + 4} : any_paint(rng), ambient);
}

constexpr int kClose = 350;  // cm; a plant closer than this would fill the picture

/// An upright tube with a lit and a dark flank.
void draw_shaft(Canvas& canvas, Sprite& s, int bottom, int top, int thick, Rgb c, int label) {
  const int side = canvas.light.sun_side;
  s.rect(-thick / 2, bottom, thick / 2, top, c, label);
  s.rect(-thick / 2, bottom, -thick / 5, top, scale(c, side < 0 ? 300 : 200), label);
  s.rect(thick / 5, bottom, thick / 2, top, scale(c, side > 0 ? 300 : 185), label);
}

}  // namespace

void draw_tree(Canvas& canvas, int x, int z, Rng rng) {
  if (z < kClose) return;
  const int ambient = canvas.light.ambient, height = rng.range(4500, 9500), crown = rng.range(1500, 2900);
  const Rgb leaf = scale(leaf_colour(rng), ambient),
            bark = scale(add({90, 72, 55}, rng.range(-35, 50)), ambient);
  const int thick = rng.range(220, 420), density = rng.chance(20) ? rng.range(120, 170) : 256;
  canvas.ground_shadow(x, z, 120, 100, 150);
  Sprite s(canvas, x, z);
  s.limb(0, 0, 0, height - crown, thick, bark, kVegetation);
  s.limb(0, height - 2 * crown, -crown / 2, height - crown, thick / 2, bark, kVegetation);
  s.limb(0, height - 2 * crown, crown / 2, height - crown, thick / 2, bark, kVegetation);
  const int blobs = rng.range(3, 5);
  for (int i = 0; i < blobs; ++i) {
    const int bx = rng.range(-crown * 2 / 3, crown * 2 / 3), by = rng.range(-crown / 2, crown / 2);
    const int rx = crown * rng.range(60, 100) / 100, ry = crown * rng.range(55, 85) / 100;
    s.foliage(bx, height - crown + by, rx, ry, leaf, static_cast<std::uint32_t>(rng.next()), density);
  }
}

void draw_bush(Canvas& canvas, int x, int z, Rng rng) {
  if (z < kClose) return;
  const Rgb leaf = scale(leaf_colour(rng), canvas.light.ambient);
  Sprite s(canvas, x, z);
  for (int i = rng.range(2, 4); i > 0; --i) {
    const int r = rng.range(450, 1100);
    const int bx = rng.range(-900, 900);
    s.foliage(bx, r * 3 / 4, r, r, leaf, static_cast<std::uint32_t>(rng.next()), 256);
  }
}

void draw_lamp(Canvas& canvas, int x, int z, Rng rng) {
  const Rgb c = pole_paint(rng, canvas.light.ambient);
  const int thick = rng.range(160, 270), height = rng.range(4500, 7500);
  canvas.ground_shadow(x, z, 25, 20, 150);
  Sprite s(canvas, x, z, 256, x > 0);
  draw_shaft(canvas, s, 0, height, thick, c, kPole);
  s.rect(-thick * 3 / 4, 0, thick * 3 / 4, 500, scale(c, 220), kPole);
  if (rng.chance(60)) {
    s.limb(0, height, 1500, height + 250, thick * 2 / 3, c, kPole);
    s.limb(1400, height + 220, 2000, height + 220, thick, scale(c, 280), kPole);
  }
}

void draw_sign(Canvas& canvas, int x, int z, Rng rng) {
  const int ambient = canvas.light.ambient, thick = rng.range(130, 190), r = rng.range(380, 560);
  const int mid = rng.range(2200, 3100), kind = rng.range(0, 4);
  const Rgb c = pole_paint(rng, ambient), white = scale({225, 225, 220}, ambient);
  static constexpr std::array<Rgb, 4> kEdge{{{195, 40, 45}, {40, 80, 165}, {230, 190, 50}, {50, 120, 80}}};
  const Rgb hue = kEdge[static_cast<std::size_t>(rng.range(0, 3))];
  const Rgb edge = scale(add(hue, rng.range(-30, 30)), ambient);
  const Rgb inner = rng.chance(50) ? white : edge,
            ink = rng.chance(50) ? scale({30, 30, 35}, ambient) : white;
  canvas.ground_shadow(x, z, 20, 18, 150);
  Sprite s(canvas, x, z);
  draw_shaft(canvas, s, 0, mid, thick, c, kPole);
  const auto triangle = [&](int size, Rgb colour, int sign) {
    const std::array<Point, 3> p{Point{-size, mid - sign * size * 3 / 4},
                                 Point{size, mid - sign * size * 3 / 4}, Point{0, mid + sign * size}};
    s.poly(p, colour, kSign);
  };
  if (kind == 0) s.ellipse(0, mid, r, r, edge, kSign), s.ellipse(0, mid, r * 3 / 4, r * 3 / 4, inner, kSign);
  if (kind == 1) triangle(r + 120, edge, 1), triangle(r * 2 / 3, white, 1);
  if (kind == 2)
    s.rect(-r, mid - r, r, mid + r, white, kSign),
        s.rect(-r + 50, mid - r + 50, r - 50, mid + r - 50, edge, kSign);
  if (kind == 3)
    s.rect(-r * 3 / 2, mid - r / 2, r * 3 / 2, mid + r * 2 / 3, white, kSign),
        s.rect(-r * 3 / 2 + 50, mid - r / 2 + 50, r * 3 / 2 - 50, mid + r * 2 / 3 - 50, edge, kSign);
  if (kind == 4) triangle(r + 120, edge, -1), triangle(r * 2 / 3, white, -1);
  const int glyph = rng.range(0, 2);
  if (glyph == 0) s.rect(-r / 2, mid - r / 8, r / 2, mid + r / 8, ink, kSign);
  if (glyph == 1) s.limb(-r / 4, mid - r / 4, r / 4, mid + r / 4, r / 5, ink, kSign);
  if (glyph == 2) s.limb(0, mid - r / 3, 0, mid + r / 3, r / 4, ink, kSign);
}

void draw_traffic_light(Canvas& canvas, int x, int z, Rng rng) {
  const int ambient = canvas.light.ambient, thick = rng.range(140, 210), lit = rng.range(0, 2);
  const Rgb c = pole_paint(rng, ambient),
            shell = scale(rng.chance(70) ? Rgb{38, 40, 40} : any_paint(rng), ambient);
  const bool arm = rng.chance(35);
  canvas.ground_shadow(x, z, 22, 18, 150);
  Sprite s(canvas, x, z, 256, x > 0);
  const int top = arm ? 5200 : rng.range(2500, 3000);
  draw_shaft(canvas, s, 0, top, thick, c, kPole);
  if (arm) s.limb(0, top, 2600, top, thick * 3 / 4, c, kPole);
  const auto head = [&](int hx, int hy) {
    s.rect(hx - 260, hy - 640, hx + 260, hy + 640, shell, kLight);
    static constexpr std::array<Rgb, 3> kOn{{{255, 60, 50}, {255, 200, 60}, {70, 240, 150}}};
    for (int i = 0; i < 3; ++i) {
      const Rgb on = kOn[static_cast<std::size_t>(i)];
      s.ellipse(hx, hy + 400 - i * 400, 165, 165, i == lit ? on : scale(on, 60), kLight);
    }
  };
  head(0, arm ? 2600 : top + 300);
  if (arm) head(2500, top - 300);
}

void draw_static(Canvas& canvas, int x, int z, Rng rng) {
  const Rgb c = scale(any_paint(rng), canvas.light.ambient);
  Sprite s(canvas, x, z);
  canvas.ground_shadow(x, z, 40, 30, 150);
  s.rect(-300, 0, 300, 950, c, kStatic);
  s.rect(-340, 950, 340, 1080, scale(c, 180), kStatic);
}

}  // namespace assay::dataset::streets
