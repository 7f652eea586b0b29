#include "report/formats.h"
#include "store/results_json.h"

namespace assay::report {

Result<std::string> render_json(const record::Results& results) { return store::results_to_json(results); }

}  // namespace assay::report
