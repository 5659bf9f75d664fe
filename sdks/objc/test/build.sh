#!/bin/sh
# Builds the component and a program that speaks for one person, under GNUstep: build.sh PROGRAM FOLDER_OF_LIBHULLO
# It needs clang, gobjc, libgnustep-base-dev and libblocksruntime-dev.
set -eu
program=$1
libraries=$2
objc=$(cd "$(dirname "$0")/.." && pwd)

# The flags of GNUstep itself, without its optimisation and its lists of dependencies.
flags=$(gnustep-config --objc-flags | sed 's/-MMD//; s/-MP//; s/-O2//; s/-I\. //')

# shellcheck disable=SC2046,SC2086
clang $flags -fblocks -fobjc-runtime=gcc -Wall -Wextra -Werror -Wno-unused-command-line-argument \
  -I"$objc/test/gnustep" -idirafter "$(gcc -print-file-name=include)" \
  -I"$objc/NERtcCallKit" -I"$objc/../../crates/capi/include" \
  $(find "$objc/NERtcCallKit" "$objc/test/face" "$objc/test/gnustep" -name '*.m' | sort) \
  -o "$program" \
  -L"$libraries" -lhullo -Wl,-rpath,"$libraries" \
  -L"$(dirname "$(gcc -print-file-name=libobjc.so)")" -lBlocksRuntime $(gnustep-config --base-libs)
