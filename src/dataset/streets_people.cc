// People on foot, two-wheelers and those who ride them: drawings that face the camera, in millimetres.
#include "dataset/streets_world.h"

namespace assay::dataset::streets {
namespace {

struct Clothes {
  Rgb skin, top, legs, hair, shoes;
};

Clothes plan_clothes(Rng& rng, int ambient) {
  static constexpr std::array<Rgb, 5> kSkin{
      {{230, 190, 165}, {205, 160, 130}, {165, 115, 85}, {115, 78, 58}, {80, 55, 42}}};
  static constexpr std::array<Rgb, 4> kHair{{{35, 28, 24}, {95, 65, 40}, {190, 155, 100}, {165, 165, 165}}};
  Clothes c;
  c.skin = scale(kSkin[static_cast<std::size_t>(rng.range(0, 4))], ambient);
  c.top = scale(any_paint(rng), ambient);
  c.legs = scale(rng.chance(60) ? blend(any_paint(rng), {45, 50, 65}, 150) : any_paint(rng), ambient);
  c.hair = scale(rng.chance(25) ? any_paint(rng) : kHair[static_cast<std::size_t>(rng.range(0, 3))], ambient);
  c.shoes = scale(rng.chance(60) ? Rgb{35, 32, 32} : any_paint(rng), ambient);
  return c;
}

void draw_head(Sprite& s, const Clothes& c, int x, int y, int label) {
  s.ellipse(x, y + 20, 118, 135, c.hair, label);
  s.ellipse(x + 12, y - 15, 95, 112, c.skin, label);
}

void draw_bicycle(Sprite& s, Rgb frame, int ambient) {
  const Rgb tyre = scale({35, 35, 36}, ambient), dark = scale({50, 48, 46}, ambient);
  s.wheel(-540, 345, 350, 60, tyre, kBicycle);
  s.wheel(560, 345, 350, 60, tyre, kBicycle);
  s.limb(-540, 345, -10, 300, 55, frame, kBicycle);
  s.limb(-540, 345, -190, 820, 50, frame, kBicycle);
  s.limb(-10, 300, -220, 900, 60, frame, kBicycle);
  s.limb(-10, 300, 420, 800, 65, frame, kBicycle);
  s.limb(-190, 800, 410, 820, 65, frame, kBicycle);
  s.limb(560, 345, 400, 960, 60, frame, kBicycle);
  s.limb(400, 960, 480, 1010, 60, dark, kBicycle);
  s.limb(330, 1030, 540, 1010, 60, dark, kBicycle);
  s.limb(-330, 930, -120, 920, 90, dark, kBicycle);
  s.limb(-640, 760, -330, 740, 45, dark, kBicycle);
  s.ellipse(-10, 300, 105, 105, dark, kBicycle);
}

void draw_motorcycle(Sprite& s, Rgb paint, int ambient) {
  const Rgb tyre = scale({28, 28, 30}, ambient), metal = scale({125, 125, 130}, ambient),
            seat = scale({40, 36, 34}, ambient);
  s.wheel(-640, 310, 315, 150, tyre, kMotorcycle);
  s.wheel(700, 310, 315, 150, tyre, kMotorcycle);
  const std::array<Point, 6> engine{Point{-330, 230}, Point{300, 230},  Point{400, 480},
                                    Point{300, 700},  Point{-300, 700}, Point{-420, 480}};
  s.poly(engine, metal, kMotorcycle);
  s.ellipse(-60, 400, 190, 170, scale({75, 75, 80}, ambient), kMotorcycle);
  s.limb(-900, 300, -50, 260, 110, metal, kMotorcycle);
  s.limb(-640, 310, -250, 560, 110, tyre, kMotorcycle);
  s.limb(700, 310, 440, 900, 110, metal, kMotorcycle);
  const std::array<Point, 6> tail{Point{-900, 820}, Point{-850, 690}, Point{-350, 600},
                                  Point{50, 640},   Point{0, 800},    Point{-400, 780}};
  s.poly(tail, paint, kMotorcycle);
  s.limb(-780, 830, -150, 800, 130, seat, kMotorcycle);
  s.ellipse(170, 800, 300, 165, paint, kMotorcycle);
  const std::array<Point, 5> fairing{Point{380, 560}, Point{640, 700}, Point{660, 960}, Point{520, 1130},
                                     Point{330, 860}};
  s.poly(fairing, paint, kMotorcycle);
  s.ellipse(650, 850, 95, 105, scale({245, 240, 220}, ambient), kMotorcycle);
  s.limb(330, 1050, 480, 1000, 70, tyre, kMotorcycle);
  s.limb(450, 600, 980, 560, 90, paint, kMotorcycle);
}

void draw_rider(Sprite& s, const Clothes& c, bool motor, Rng& rng, int ambient) {
  const int hip_x = motor ? -220 : -230, hip_y = motor ? 900 : 1000;
  const int lean = motor ? rng.range(150, 330) : rng.range(180, 420);
  const int neck_x = hip_x + lean, neck_y = hip_y + (motor ? 540 : 520);
  const int hand_x = motor ? 380 : 430, hand_y = motor ? 1060 : 1040;
  const int knee_x = motor ? 170 : 190, knee_y = 720;
  s.limb(hip_x, hip_y, knee_x - 120, knee_y - 60, 190, scale(c.legs, 200), kRider);
  s.limb(knee_x - 120, knee_y - 60, -120, 330, 140, scale(c.legs, 200), kRider);
  s.limb(hip_x, hip_y + 30, neck_x, neck_y, 330, c.top, kRider);
  s.limb(hip_x, hip_y, knee_x, knee_y, 200, c.legs, kRider);
  s.limb(knee_x, knee_y, motor ? 20 : 60, motor ? 330 : 300, 150, c.legs, kRider);
  s.ellipse(motor ? 80 : 120, motor ? 290 : 270, 130, 60, c.shoes, kRider);
  s.limb(neck_x, neck_y - 60, (neck_x + hand_x) / 2 - 30, (neck_y + hand_y) / 2 - 140, 130, scale(c.top, 220),
         kRider);
  s.limb((neck_x + hand_x) / 2 - 30, (neck_y + hand_y) / 2 - 140, hand_x, hand_y, 110, scale(c.top, 220),
         kRider);
  const int head_x = neck_x + 80, head_y = neck_y + 190;
  if (motor || rng.chance(60)) {
    s.ellipse(head_x, head_y, 165, 170, scale(any_paint(rng), ambient), kRider);
    s.ellipse(head_x + 70, head_y - 20, 95, 70, motor ? scale({40, 42, 48}, ambient) : c.skin, kRider);
  } else {
    draw_head(s, c, head_x, head_y, kRider);
  }
}

}  // namespace

void draw_person(Canvas& canvas, int x, int z, Rng rng) {
  const int ambient = canvas.light.ambient;
  const Clothes c = plan_clothes(rng, ambient);
  const int size = rng.chance(15) ? rng.range(175, 215) : rng.range(235, 275);
  Sprite s(canvas, x, z, 256, rng.chance(50));
  canvas.ground_shadow(x, z, 40, 30, 150);
  if (canvas.light.sun_side != 0) canvas.ground_shadow(x - canvas.light.sun_side * 80, z, 80, 22, 175);
  const auto m = [&](int v) { return v * size / 256; };
  const int stride = rng.range(40, 330), knee = stride / 2 + 60;
  const int swing = rng.range(60, 300);
  const bool skirt = rng.chance(20), coat = rng.chance(30);
  s.limb(m(-70), m(860), m(-stride / 2 - 20), m(470), m(185), scale(c.legs, 215), kPerson);
  s.limb(m(-stride / 2 - 20), m(470), m(-stride - 10), m(70), m(150), scale(c.legs, 215), kPerson);
  s.limb(m(-stride), m(40), m(-stride + 120), m(40), m(90), c.shoes, kPerson);
  s.limb(m(0), m(1370), m(-swing / 2 - 60), m(1100), m(140), scale(c.top, 215), kPerson);
  s.limb(m(-swing / 2 - 60), m(1100), m(-swing), m(850), m(120), scale(c.top, 215), kPerson);
  s.limb(m(60), m(860), m(knee), m(480), m(195), c.legs, kPerson);
  s.limb(m(knee), m(480), m(stride), m(70), m(155), c.legs, kPerson);
  s.limb(m(stride), m(40), m(stride + 130), m(40), m(90), c.shoes, kPerson);
  const int hem = skirt ? 480 : coat ? 620 : 830;
  const std::array<Point, 6> torso{Point{m(-200), m(1420)},
                                   Point{m(-190), m(900)},
                                   Point{m(skirt || coat ? -250 : -180), m(hem)},
                                   Point{m(skirt || coat ? 260 : 185), m(hem)},
                                   Point{m(195), m(900)},
                                   Point{m(205), m(1420)}};
  s.poly(torso, c.top, kPerson);
  s.ellipse(0, m(1420), m(205), m(75), c.top, kPerson);
  s.limb(m(90), m(1370), m(swing / 2 + 110), m(1110), m(140), scale(c.top, 235), kPerson);
  s.limb(m(swing / 2 + 110), m(1110), m(swing + 60), m(880), m(120), scale(c.top, 235), kPerson);
  s.ellipse(m(swing + 60), m(850), m(65), m(75), c.skin, kPerson);
  if (rng.chance(25)) s.ellipse(m(-230), m(1150), m(130), m(230), scale(any_paint(rng), ambient), kPerson);
  s.limb(0, m(1440), 0, m(1500), m(130), c.skin, kPerson);
  draw_head(s, c, 0, m(1600), kPerson);
}

void draw_two_wheeler(Canvas& canvas, TwoWheeler kind, int x, int z, bool ridden, Rng rng) {
  const int ambient = canvas.light.ambient;
  const Rgb paint = scale(any_paint(rng), ambient);
  const Clothes clothes = plan_clothes(rng, ambient);
  const int squeeze = rng.range(165, 256);
  Sprite s(canvas, x, z, squeeze, rng.chance(50));
  canvas.ground_shadow(x, z, 100, 30, 150);
  if (kind == TwoWheeler::kBicycle)
    draw_bicycle(s, paint, ambient);
  else
    draw_motorcycle(s, paint, ambient);
  if (ridden) draw_rider(s, clothes, kind == TwoWheeler::kMotorcycle, rng, ambient);
}

}  // namespace assay::dataset::streets
