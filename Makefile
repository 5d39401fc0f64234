# lambda_fdw: build, install and test through PGXS.
#
#	make && make install && make installcheck
#
# PG_CONFIG chooses the server, STRICT=1 turns warnings into errors.

# compat has extensions of SQL alone, over the same library.
EXTENSION = lambda_fdw compat/aws_commons compat/aws_lambda
MODULE_big = lambda_fdw
PGFILEDESC = "lambda_fdw - foreign data wrapper for AWS Lambda"

SOURCES = $(sort $(wildcard src/*.c) $(wildcard src/common/*.c))
OBJS = $(SOURCES:.c=.o)
DEPS = $(OBJS:.o=.d)
DATA = $(sort $(wildcard lambda_fdw--*.sql compat/*.sql))
SHLIB_EXPORTS = src/exports.txt

# The SQL is in test/sql, what it must print in expected.
REGRESS = $(patsubst test/sql/%.sql,%,$(sort $(wildcard test/sql/*.sql)))
REGRESS_OPTS = --inputdir=test --launcher=test/endpoint/launch
PROVE_TESTS = $(sort $(wildcard test/tap/*.pl))
EXTRA_CLEAN = $(DEPS) tmp_check

PG_CONFIG ?= pg_config
PKG_CONFIG ?= pkg-config

# Each library as pkg-config knows it, the version needed, Debian's package.
define find_library
$(if $(shell $(PKG_CONFIG) --exists '$(1) >= $(2)' && echo found),,\
$(error lambda_fdw needs $(1) $(2) or later, and $(PKG_CONFIG) finds no such $(1).pc: on Debian, apt-get install $(3)))
endef

ifneq (,$(filter-out clean distclean maintainer-clean,$(or $(MAKECMDGOALS),all)))
ifeq (,$(shell command -v $(PKG_CONFIG) 2>/dev/null))
$(error lambda_fdw is built with pkg-config, and there is no $(PKG_CONFIG): on Debian, apt-get install pkg-config)
endif
$(call find_library,libcurl,7.87,libcurl4-openssl-dev)
$(call find_library,json-c,0.13,libjson-c-dev)
$(call find_library,libcrypto,3.0,libssl-dev)
LIBRARIES = libcurl json-c libcrypto
PG_CPPFLAGS = -Isrc $(shell $(PKG_CONFIG) --cflags $(LIBRARIES))
SHLIB_LINK = $(shell $(PKG_CONFIG) --libs $(LIBRARIES))
endif

# PGXS follows headers only in servers configured with --enable-depend.
PG_CFLAGS = $(if $(filter yes,$(autodepend)),,-MMD -MP)
ifdef STRICT
PG_CFLAGS += -Wall -Wextra -Werror -Wno-unused-parameter
endif

PGXS := $(shell $(PG_CONFIG) --pgxs)
ifeq (,$(wildcard $(PGXS)))
$(error $(PG_CONFIG) leads to no PGXS: on Debian, apt-get install postgresql-server-dev-15, or set PG_CONFIG)
endif

# A server built with LLVM wants bitcode; without its clang there is none.
CLANG_OF_SERVER := $(shell sed -n 's/^CLANG *= *//p' $(dir $(PGXS))../Makefile.global)
ifeq (,$(shell command -v $(or $(CLANG_OF_SERVER),clang) 2>/dev/null))
override with_llvm = no
endif

include $(PGXS)

ifneq ($(autodepend),yes)
-include $(DEPS)
# Bitcode follows the headers its object follows.
$(OBJS:.o=.bc): %.bc: %.o
endif

.PHONY: check-unit prove

# The modules that need no server, under ASan and UBSan.
check-unit:
	PG_CONFIG='$(PG_CONFIG)' test/unit/run

# Tests in Perl, on servers of their own; run as a user who may start one.
prove:
ifneq (,$(PROVE_TESTS))
	$(prove_installcheck)
endif
