// GNUstep built with blocks asks for this file, which only the other runtime brings.
#pragma once
#include <Block.h>
