// The plan of one street and the functions that draw its parts. x and z are centimetres in the world.
#pragma once

#include "dataset/streets.h"
#include "dataset/streets_canvas.h"

namespace assay::dataset::streets {

/// One side of the street, from the kerb outwards: verge, sidewalk, soil, frontage line.
struct Side {
  int kerb = 500;  // |x| of the kerb
  int verge = 0;   // grass or soil between kerb and sidewalk
  int walk = 300;  // sidewalk
  int soil = 0;    // planted strip before the frontage
  int walk_start() const { return kerb + verge; }
  int walk_end() const { return kerb + verge + walk; }
  int front() const { return walk_end() + soil; }
};

struct Layout {
  Side left, right;
  int cross_near = 0, cross_far = 0;  // side street between these depths; none when equal
  int zebra_near = 0, zebra_far = 0;
  int tram_x = 0;
  bool tram = false;
  int lane = 330;   // lane width
  int parking = 0;  // width of a parking bay along the right kerb
};

enum class TwoWheeler { kBicycle, kMotorcycle };
enum class Big { kBus, kTruck, kTrain };

Layout plan_layout(Rng& rng);
Camera plan_camera(Rng& rng);
Light plan_light(Rng& rng);

void draw_sky(Canvas& canvas, Rng rng);
void draw_ground(Canvas& canvas, const Layout& layout, Rng rng);
void draw_skyline(Canvas& canvas, Rng rng);
void draw_frontage(Canvas& canvas, const Layout& layout, bool left, Rng rng);
void draw_building(Canvas& canvas, GroundPoint a, GroundPoint b, int depth, Rng rng);
void draw_wall(Canvas& canvas, GroundPoint a, GroundPoint b, Rng rng);
void draw_fence(Canvas& canvas, GroundPoint a, GroundPoint b, Rng rng);
void draw_hedge(Canvas& canvas, GroundPoint a, GroundPoint b, Rng rng);

void draw_tree(Canvas& canvas, int x, int z, Rng rng);
void draw_bush(Canvas& canvas, int x, int z, Rng rng);
void draw_lamp(Canvas& canvas, int x, int z, Rng rng);
void draw_sign(Canvas& canvas, int x, int z, Rng rng);
void draw_traffic_light(Canvas& canvas, int x, int z, Rng rng);
void draw_static(Canvas& canvas, int x, int z, Rng rng);

void draw_car(Canvas& canvas, int x, int z, int yaw, Rng rng);
void draw_big(Canvas& canvas, Big kind, int x, int z, int yaw, Rng rng);
void draw_person(Canvas& canvas, int x, int z, Rng rng);
void draw_two_wheeler(Canvas& canvas, TwoWheeler kind, int x, int z, bool ridden, Rng rng);

/// Colours any manufactured thing may have: no class may be known by its colour.
Rgb any_paint(Rng& rng);
Rgb leaf_colour(Rng& rng);

/// Applies the lens, the sensor and the hood of the own car, and stores the bytes.
void finish_picture(Canvas& canvas, Rng rng, std::uint64_t noise_seed, StreetScene& scene);

}  // namespace assay::dataset::streets
