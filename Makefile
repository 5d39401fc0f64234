# lambda_fdw: build, install and test through PGXS.
#
#	make && make install && make installcheck
#	make dist
#
# The second makes the archive that PGXN takes.  PG_CONFIG chooses the server,
# STRICT=1 turns warnings into errors.  What is built goes to the current folder, so
# that make -f .../Makefile leaves the checkout as it is.

# compat has extensions of SQL alone, over the same library.
EXTENSION = lambda_fdw compat/aws_commons compat/aws_lambda compat/aws_ml compat/aws_s3
MODULE_big = lambda_fdw
PGFILEDESC = "lambda_fdw - foreign data wrapper for AWS Lambda"

# Where the sources are: "" is the current folder.
CHECKOUT := $(filter-out ./,$(dir $(firstword $(MAKEFILE_LIST))))
found = $(patsubst $(CHECKOUT)%,%,$(sort $(wildcard $(addprefix $(CHECKOUT),$(1)))))

SOURCES := $(call found,src/*.c src/*/*.c)
OBJS = $(SOURCES:.c=.o)
DEPS = $(OBJS:.o=.d)
DATA := $(call found,lambda_fdw--*.sql compat/*.sql)
ifeq (,$(SOURCES))
$(error make finds no sources beside $(firstword $(MAKEFILE_LIST)); outside of the checkout its path must have no blanks)
endif
SHLIB_EXPORTS = src/exports.txt

# The SQL is in test/sql, what it must print in expected.
REGRESS := $(patsubst test/sql/%.sql,%,$(call found,test/sql/*.sql))
REGRESS_OPTS = --inputdir=$(CHECKOUT)test --launcher=$(CHECKOUT)test/endpoint/launch \
	--no-locale --encoding=UTF8
PROVE_TESTS := $(call found,test/tap/*.pl)
EXTRA_CLEAN = $(DEPS) tmp_check
ifneq (,$(CHECKOUT))
# pg_regress looks for what must be printed where it writes the results.
REGRESS_PREP = link-expected
EXTRA_CLEAN += expected
endif

PG_CONFIG ?= pg_config
PKG_CONFIG ?= pkg-config

# The release whose headers are wanted, to name Debian's package: that of the
# server that pg_config is of, or of a server that is installed.
PG_INSTALLED = $(patsubst /usr/lib/postgresql/%/bin/postgres,%,\
	$(lastword $(sort $(wildcard /usr/lib/postgresql/*/bin/postgres))))
PG_RELEASE = $(shell $(PG_CONFIG) --version 2>/dev/null | sed -n 's/^PostgreSQL \([0-9]*\).*/\1/p')
PG_BINDIR = $(shell $(PG_CONFIG) --bindir 2>/dev/null)
PG_DEV = postgresql-server-dev-$(or $(and $(wildcard $(PG_BINDIR)/postgres),$(PG_RELEASE)),\
	$(PG_INSTALLED),$(PG_RELEASE),NN (of your server's release))

# Each library as pkg-config knows it, the version needed, Debian's package.
define find_library
$(if $(shell $(PKG_CONFIG) --exists '$(1) >= $(2)' && echo found),,\
$(error lambda_fdw needs $(1) $(2) or later, and $(PKG_CONFIG) finds no such $(1).pc: on Debian, apt-get install $(3)))
endef

# Goals that need the libraries, as they build something, and those that need the
# server's files: tests of what a package has installed build nothing.
BUILDING = $(filter-out clean distclean maintainer-clean installcheck dist,$(or $(MAKECMDGOALS),all))
WITH_PGXS = $(filter-out dist,$(or $(MAKECMDGOALS),all))

ifneq (,$(BUILDING))
ifeq (,$(shell command -v $(PKG_CONFIG) 2>/dev/null))
$(error lambda_fdw is built with pkg-config, and there is no $(PKG_CONFIG): on Debian, apt-get install pkg-config)
endif
PG_HEADERS := $(shell $(PG_CONFIG) --includedir-server 2>/dev/null)
ifeq (,$(PG_HEADERS))
$(error there is no $(PG_CONFIG), or it does not run: on Debian, apt-get install $(strip $(PG_DEV)), or set PG_CONFIG)
endif
ifeq (,$(wildcard $(PG_HEADERS)/postgres.h))
$(error $(PG_CONFIG) leads to no headers of the server, $(PG_HEADERS)/postgres.h: on Debian, apt-get install $(strip $(PG_DEV)), or set PG_CONFIG)
endif
$(call find_library,libcurl,7.87,libcurl4-openssl-dev)
$(call find_library,json-c,0.13,libjson-c-dev)
$(call find_library,libcrypto,3.0,libssl-dev)
$(call find_library,zlib,1.2,zlib1g-dev)
LIBRARIES = libcurl json-c libcrypto zlib
PG_CPPFLAGS = -I$(CHECKOUT)src $(shell $(PKG_CONFIG) --cflags $(LIBRARIES))
SHLIB_LINK = $(shell $(PKG_CONFIG) --libs $(LIBRARIES))
ifneq (,$(CHECKOUT))
# make would take what is built there for what is to be built here.
ifneq (,$(wildcard $(addprefix $(CHECKOUT),$(MODULE_big).so $(OBJS))))
$(error something is built in $(CHECKOUT) itself: run make clean there first)
endif
$(shell mkdir -p $(sort $(dir $(OBJS))))
endif
endif

# PGXS follows headers only in servers configured with --enable-depend.
PG_CFLAGS = $(if $(filter yes,$(autodepend)),,-MMD -MP)
ifdef STRICT
PG_CFLAGS += -Wall -Wextra -Werror -Wno-unused-parameter
# The server's own flags and attributes are those of the compiler that built it.
PG_CFLAGS += $(if $(findstring clang,$(shell $(CC) --version)),-Wno-unknown-warning-option \
	-Wno-ignored-optimization-argument -Wno-unused-command-line-argument \
	-Wno-ignored-attributes)
endif

ifneq (,$(WITH_PGXS))
PGXS := $(shell $(PG_CONFIG) --pgxs 2>/dev/null)
ifeq (,$(wildcard $(PGXS)))
$(error $(PG_CONFIG) leads to no PGXS: on Debian, apt-get install $(strip $(PG_DEV)), or set PG_CONFIG)
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
endif

.PHONY: check-unit prove link-expected dist

# lambda_fdw-VERSION.zip, of what is committed, in the current folder.
dist:
	$(CHECKOUT)scripts/dist

# The modules that need no server, under ASan and UBSan.
check-unit:
	PG_CONFIG='$(PG_CONFIG)' $(CHECKOUT)test/unit/run

link-expected:
	ln -sfn $(abspath $(CHECKOUT)expected) expected

# Tests in Perl, on servers of their own; run as a user who may start one.
prove:
ifneq (,$(PROVE_TESTS))
	$(prove_installcheck)
endif
