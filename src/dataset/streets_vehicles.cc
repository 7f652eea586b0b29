// Cars, buses, trucks and trams: boxes in the world whose faces are shaded by small drawings.
#include "dataset/streets_world.h"

namespace assay::dataset::streets {
namespace {

enum Face { kRear, kFrontFace, kLeftFace, kRightFace };

/// A vehicle's own axes: a runs along it (front at +), b to its right.
struct Frame {
  int x, z, yaw;
  GroundPoint at(int a, int b) const {
    return {x + (a * isin(yaw) + b * icos(yaw)) / 4096, z + (a * icos(yaw) - b * isin(yaw)) / 4096};
  }
  Point3 at3(int a, int y, int b) const {
    const GroundPoint g = at(a, b);
    return {g.x, y, g.z};
  }
};

bool faces_camera(GroundPoint a, GroundPoint b, GroundPoint inside) {
  const auto side = [&](std::int64_t px, std::int64_t pz) {
    return (b.x - a.x) * (pz - a.z) - (b.z - a.z) * (px - a.x) > 0;
  };
  return side(0, 0) != side(inside.x, inside.z);
}

struct Box {
  int rear, front, half_width, bottom, top;
};

/// Draws the faces of a box that the camera sees; shade(face, u, v, length) with u from rear to front on the
/// sides and from left to right on the ends.
template <class Shade>
void draw_box(Canvas& canvas, const Frame& f, const Box& box, Rgb roof, int label, Shade shade) {
  const int w = box.half_width, ambient = canvas.light.ambient, contrast = canvas.light.contrast;
  if (box.top < canvas.camera.height) {
    const std::array<Point3, 4> top{f.at3(box.rear, box.top, -w), f.at3(box.front, box.top, -w),
                                    f.at3(box.front, box.top, w), f.at3(box.rear, box.top, w)};
    canvas.fill3(top, scale(roof, ambient + 20), label);
  }
  const GroundPoint middle = f.at((box.rear + box.front) / 2, 0);
  const auto face = [&](Face which, GroundPoint a, GroundPoint b, int length) {
    if (!faces_camera(a, b, middle)) return;
    const int normal = a.x + b.x - 2 * middle.x;  // which way the face looks, sideways
    const int turn = normal > 40 ? 1 : normal < -40 ? -1 : 0;
    const int bright = ambient + (canvas.light.sun_side == 0      ? 0
                                  : turn == canvas.light.sun_side ? contrast / 4
                                                                  : -contrast / 2);
    canvas.panel(a, b, box.bottom, box.top, [&](int u, int v) {
      Texel t = shade(which, u, v, length);
      t.colour = scale(t.colour, bright);
      return t;
    });
  };
  face(kFrontFace, f.at(box.front, -w), f.at(box.front, w), 2 * w);
  face(kRear, f.at(box.rear, -w), f.at(box.rear, w), 2 * w);
  face(kLeftFace, f.at(box.rear, -w), f.at(box.front, -w), box.front - box.rear);
  face(kRightFace, f.at(box.rear, w), f.at(box.front, w), box.front - box.rear);
}

void shadow_under(Canvas& canvas, const Frame& f, int half_length, int half_width) {
  const bool across = isin(f.yaw) > 2900 || isin(f.yaw) < -2900;
  const int rx = across ? half_length : half_width, rz = across ? half_width : half_length;
  canvas.ground_shadow(f.x, f.z, rx + 25, rz + 25, 120);
  if (canvas.light.sun_side != 0) canvas.ground_shadow(f.x - canvas.light.sun_side * 110, f.z, rx, rz, 170);
}

bool in_wheel(int u, int v, int centre, int radius) {
  return (u - centre) * (u - centre) + (v - radius) * (v - radius) < radius * radius;
}
Rgb wheel_colour(int u, int v, int centre, int radius) {
  const bool hub = in_wheel(u, v - radius / 2 + radius / 20, centre, radius / 2);
  return hub ? Rgb{140, 140, 142} : Rgb{28, 28, 30};
}

struct BigLook {
  Rgb body, stripe, glass, under;
  int length, style;
  std::uint32_t seed;
};

Texel wheels_or(int u, int v, std::initializer_list<int> centres, int radius, int label, const Texel& other) {
  for (const int c : centres)
    if (in_wheel(u, v, c, radius)) return {wheel_colour(u, v, c, radius), label};
  return other;
}

Texel bus_texel(const BigLook& k, Face face, int u, int v, int length, int height) {
  const Texel under = v < 32 ? Texel{} : Texel{k.under, kBus};
  if (face == kLeftFace || face == kRightFace) {
    if (v < 50) return wheels_or(u, v, {length / 5, length * 4 / 5}, 50, kBus, under);
    if (v < 100)
      return wheels_or(u, v, {length / 5, length * 4 / 5}, 50, kBus, {v > 84 ? k.stripe : k.body, kBus});
    if (v > height - 50) return {v > height - 10 ? add(k.body, 25) : k.body, kBus};
    const bool door =
        face == kRightFace && (u > length - 160 || (u > length / 2 - 80 && u < length / 2 + 80));
    if (door) return {floor_mod(u - length / 2, 80) < 10 ? add(k.body, -40) : add(k.glass, 25), kBus};
    if (v < 130) return {k.body, kBus};
    return {u % 150 < 12 ? add(k.glass, -25) : add(k.glass, noise(u, v, 70, k.seed) / 4 - 20), kBus};
  }
  if (v < 30) return {};
  if (v < 50) return {u < 45 || u > length - 45 ? Rgb{25, 25, 25} : k.under, kBus};
  if (v > height - 50) {
    const bool board = v > height - 42 && v < height - 12 && u > 40 && u < length - 40;
    return {board ? ((u / 9 + v / 9) % 2 != 0 ? Rgb{240, 160, 40} : Rgb{25, 22, 20}) : k.body, kBus};
  }
  if (v > (face == kRear ? 165 : 110) && u > 14 && u < length - 14) return {add(k.glass, v / 10 - 15), kBus};
  if (v > 60 && v < 90 && (u < 35 || u > length - 35))
    return {face == kRear ? Rgb{200, 30, 30} : Rgb{250, 245, 225}, kBus};
  return {v > 88 && v < 100 ? k.stripe : k.body, kBus};
}

Texel cargo_texel(const BigLook& k, Face face, int u, int v, int length, int height) {
  const bool tanker = k.style == 2;
  if (face == kLeftFace || face == kRightFace) {
    if (v < 105)
      return wheels_or(u, v, {70, 180, length - 60}, 52, kTruck, v < 70 ? Texel{} : Texel{k.under, kTruck});
    if (tanker) return {add(k.stripe, (v - 105) * (height - v) / 90 - 70 + (u % 180 < 8 ? -40 : 0)), kTruck};
    if (v > height - 14 || v < 118 || u < 10 || u > length - 10) return {add(k.stripe, -45), kTruck};
    if (k.style == 1) return {add(k.stripe, u % 60 < 30 ? 12 : -22), kTruck};  // corrugated
    const bool logo = v > 180 && v < 260 && u > length / 4 && u < length * 3 / 4;
    return {logo ? k.body : k.stripe, kTruck};
  }
  if (v < 100) {
    if (u < 55 || u > length - 55) return v < 100 ? Texel{{26, 26, 28}, kTruck} : Texel{};
    if (v > 45 && v < 62) return {(u / 30) % 2 != 0 ? Rgb{220, 40, 40} : Rgb{230, 230, 230}, kTruck};
    return v > 62 ? Texel{k.under, kTruck} : Texel{};
  }
  if (v < 114) return {u < 40 || u > length - 40 ? Rgb{210, 30, 30} : k.under, kTruck};
  const bool bar =
      (u > length / 2 - 4 && u < length / 2 + 4) || u % 62 < 5 || u < 9 || u > length - 9 || v > height - 10;
  return {add(k.stripe, bar ? -60 : 0), kTruck};
}

Texel cab_texel(const BigLook& k, Face face, int u, int v, int length, int height) {
  if (face == kLeftFace || face == kRightFace) {
    if (v < 105) return wheels_or(u, v, {length / 2}, 52, kTruck, v < 45 ? Texel{} : Texel{k.body, kTruck});
    if (v > 165 && v < height - 40 && u > length / 3 && u < length - 15) return {k.glass, kTruck};
    return {k.body, kTruck};
  }
  if (v < 35) return {};
  if (v < 70) return {u < 45 || u > length - 45 ? Rgb{240, 240, 220} : k.under, kTruck};
  if (v > 160 && v < height - 35 && u > 15 && u < length - 15) return {add(k.glass, 15), kTruck};
  if (v > 80 && v < 145 && u > 50 && u < length - 50) return {v % 16 < 7 ? add(k.body, -60) : k.body, kTruck};
  return {k.body, kTruck};
}

Texel train_texel(const BigLook& k, Face face, int u, int v, int length, int height) {
  if (v < 12) return {};
  if (face == kLeftFace || face == kRightFace) {
    const int car = 850, cu = u % car;
    if (cu < 45) return {cu % 12 < 6 ? Rgb{45, 45, 48} : Rgb{75, 75, 78}, kTrain};  // bellows
    if (v < 40) return {cu % 300 < 120 ? Rgb{40, 38, 36} : k.under, kTrain};
    if (v > height - 45) return {cu % 200 < 110 ? add(k.under, 30) : add(k.body, -20), kTrain};
    if (cu > 350 && cu < 510 && v < height - 70)
      return {cu < 360 || cu > 500 || (cu > 425 && cu < 435) ? Rgb{30, 30, 30}
                                                             : add(k.stripe, v > 150 ? -50 : 10),
              kTrain};
    if (v > 135 && v < 250)
      return {cu % 120 < 8 ? Rgb{35, 35, 38} : add(k.glass, noise(u, v, 60, k.seed) / 4 - 30), kTrain};
    return {v < 100 ? k.stripe : k.body, kTrain};
  }
  if (v > height - 45) return {u > 60 && u < length - 60 ? add(k.under, 20) : Rgb{50, 50, 52}, kTrain};
  if (v > height - 90) return {u > 70 && u < length - 70 ? Rgb{245, 190, 60} : k.body, kTrain};
  if (v > 125 && u > 25 && u < length - 25) return {add(k.glass, (u - v) % 90 / 4 - 20), kTrain};
  if (v > 70 && v < 95 && (u % 60 < 28) && (u < 80 || u > length - 80)) return {{255, 250, 225}, kTrain};
  return {v < 45 ? k.under : v < 105 ? k.stripe : k.body, kTrain};
}

void draw_pantograph(Canvas& canvas, const Frame& f, int a, int top) {
  const GroundPoint g = f.at(a, 0);
  if (g.z < kNear) return;
  Sprite s(canvas, g.x, g.z);
  const Rgb c = scale({60, 60, 62}, canvas.light.ambient);
  s.limb(-600, top * 10, 300, top * 10 + 700, 110, c, kTrain);
  s.limb(300, top * 10 + 700, -200, top * 10 + 1300, 110, c, kTrain);
  s.limb(-900, top * 10 + 1330, 600, top * 10 + 1330, 110, c, kTrain);
}

}  // namespace

void draw_big(Canvas& canvas, Big kind, int x, int z, int yaw, Rng rng) {
  const Frame f{x, z, yaw};
  BigLook k{any_paint(rng),
            any_paint(rng),
            add({55, 62, 72}, rng.range(-30, 70)),
            add({55, 55, 58}, rng.range(-20, 30)),
            0,
            rng.range(0, 2),
            static_cast<std::uint32_t>(rng.next())};
  if (kind == Big::kBus) {
    const int half = rng.range(500, 600), height = rng.range(295, 325);
    shadow_under(canvas, f, half, 130);
    draw_box(canvas, f, {-half, half, 127, 0, height}, k.body, kBus,
             [&](Face face, int u, int v, int length) { return bus_texel(k, face, u, v, length, height); });
  } else if (kind == Big::kTrain) {
    const int half = rng.range(900, 1500), height = rng.range(335, 365);
    shadow_under(canvas, f, half, 130);
    draw_pantograph(canvas, f, half / 2, height);
    draw_box(canvas, f, {-half, half, 130, 0, height}, k.body, kTrain,
             [&](Face face, int u, int v, int length) { return train_texel(k, face, u, v, length, height); });
    draw_pantograph(canvas, f, -half / 2, height);
  } else {
    const int half = rng.range(380, 520), cargo_top = rng.range(320, 400), cab_top = rng.range(250, 310);
    const bool cab_first = f.at(half, 0).z > f.at(-half, 0).z;
    shadow_under(canvas, f, half, 128);
    const auto cab = [&] {
      draw_box(
          canvas, f, {half - 190, half, 122, 0, cab_top}, k.body, kTruck,
          [&](Face face, int u, int v, int length) { return cab_texel(k, face, u, v, length, cab_top); });
    };
    if (cab_first) cab();
    draw_box(
        canvas, f, {-half, half - 215, 127, 0, cargo_top}, k.stripe, kTruck,
        [&](Face face, int u, int v, int length) { return cargo_texel(k, face, u, v, length, cargo_top); });
    if (!cab_first) cab();
  }
}

void draw_car(Canvas& canvas, int x, int z, int yaw, Rng rng) {
  const Frame f{x, z, yaw};
  const Rgb body = any_paint(rng), glass = add({55, 62, 72}, rng.range(-30, 80));
  const int half = rng.range(195, 245), w = rng.range(85, 95), belt = rng.range(82, 98),
            roof = belt + rng.range(50, 85);
  const int radius = 32, van = rng.range(0, 3);
  shadow_under(canvas, f, half, w);
  draw_box(
      canvas, f, {-half, half, w, 0, belt}, body, kCar, [&](Face face, int u, int v, int length) -> Texel {
        if (face == kLeftFace || face == kRightFace) {
          const Texel skin =
              v < 22   ? Texel{}
              : v < 34 ? Texel{{45, 45, 47}, kCar}
                       : Texel{add(body, (u - length / 2) % 110 < 4 && u > length / 4 && u < length * 3 / 4
                                             ? -45
                                             : v / 3 - 20),
                               kCar};
          return wheels_or(u, v, {75, length - 75}, radius, kCar, skin);
        }
        if (v < 20) return u < 24 || u > length - 24 ? Texel{{25, 25, 26}, kCar} : Texel{};
        if (v < 40) return {add(body, -35), kCar};
        const bool lamp = v > belt - 32 && v < belt - 10 && (u < 34 || u > length - 34);
        if (lamp) return {face == kRear ? Rgb{205, 35, 35} : Rgb{250, 248, 235}, kCar};
        if (v > 44 && v < 56 && u > length / 2 - 26 && u < length / 2 + 26) return {{235, 235, 225}, kCar};
        if (face == kFrontFace && v > 55 && v < belt - 12 && u > 45 && u < length - 45)
          return {{40, 40, 42}, kCar};
        return {body, kCar};
      });
  // Cabin: a frustum; every side is the body colour with an inset window.
  const int a0 = van == 0 ? -half + 5 : -half + rng.range(15, 70),
            a1 = van == 0 ? half - 70 : half - rng.range(110, 140);
  const int t0 = a0 + rng.range(10, 35), t1 = a1 - rng.range(45, 75), tw = w - 16;
  const int ambient = canvas.light.ambient;
  const auto side = [&](Point3 p, Point3 q, Point3 r, Point3 s, GroundPoint inside) {
    if (!faces_camera({p.x, p.z}, {q.x, q.z}, inside)) return;
    const std::array<Point3, 4> skin{p, q, r, s};
    canvas.fill3(skin, scale(body, ambient - 10), kCar);
    const Point3 c{(p.x + q.x + r.x + s.x) / 4, (p.y + q.y + r.y + s.y) / 4, (p.z + q.z + r.z + s.z) / 4};
    std::array<Point3, 4> pane = skin;
    for (Point3& e : pane)
      e = {c.x + (e.x - c.x) * 84 / 100, c.y + (e.y - c.y) * 76 / 100, c.z + (e.z - c.z) * 84 / 100};
    canvas.fill3(pane, scale(glass, ambient), kCar);
  };
  const GroundPoint middle = f.at((a0 + a1) / 2, 0);
  side(f.at3(a1, belt, -w), f.at3(a1, belt, w), f.at3(t1, roof, tw), f.at3(t1, roof, -tw), middle);
  side(f.at3(a0, belt, -w), f.at3(a0, belt, w), f.at3(t0, roof, tw), f.at3(t0, roof, -tw), middle);
  side(f.at3(a0, belt, -w), f.at3(a1, belt, -w), f.at3(t1, roof, -tw), f.at3(t0, roof, -tw), middle);
  side(f.at3(a0, belt, w), f.at3(a1, belt, w), f.at3(t1, roof, tw), f.at3(t0, roof, tw), middle);
  if (roof < canvas.camera.height) {
    const std::array<Point3, 4> top{f.at3(t0, roof, -tw), f.at3(t1, roof, -tw), f.at3(t1, roof, tw),
                                    f.at3(t0, roof, tw)};
    canvas.fill3(top, scale(body, ambient + 20), kCar);
  }
}

}  // namespace assay::dataset::streets
