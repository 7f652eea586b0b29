#include "fault.h"

const Fault kFault = ASSAY_FAULT;
