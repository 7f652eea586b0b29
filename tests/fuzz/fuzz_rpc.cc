// Any record is a reply or refused by the client; and the simulator's server survives any bytes, too.
#include <cstdint>

#include "instrument/rpc.h"
#include "property.h"
#include "simulate/faults.h"
#include "simulate/vxi11.h"
#include "simulate/wt300e_device.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace assay;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto result = instrument::parse_rpc_reply(bytes, 1); result && *result)
    require((*result)->size() <= size, "a result is part of its reply");
  instrument::XdrReader reader(bytes);
  while (reader.ok()) require(reader.bytes().size() <= size, "no more than there is");

  const simulate::Faults faults;
  simulate::Wt300eDevice device(
      {}, std::make_shared<simulate::StepLoad>(std::vector<simulate::StepLoad::Step>{{0, 9}}, 0), faults);
  simulate::RpcSession session(simulate::vxi11_core(device, faults));
  (void)session.receive(bytes, 0);
  (void)device.execute(bytes, 1'000'000'000);
  return 0;
}
