/* SPDX-License-Identifier: Apache-2.0 */
/* The handlers behind the routes of registry/server.c; described in openapi.yaml. */
#ifndef REGISTRY_API_H
#define REGISTRY_API_H

#include "registry/answer.h"

handle_fn api_submit;         /* POST /v1/summaries */
handle_fn api_installations;  /* GET /v1/installations */
handle_fn api_processes;      /* GET /v1/processes */
handle_fn api_summaries;      /* GET /v1/summaries */
handle_fn api_summary;        /* GET /v1/summaries/KEY[/envelope] */
handle_fn api_totals;         /* GET /v1/totals */
handle_fn api_rollups;        /* GET /v1/rollups */
handle_fn api_export;         /* GET /v1/export */
handle_fn api_embedded;       /* GET /v1/embedded */
handle_fn api_gateways;       /* GET /v1/gateways */
handle_fn api_key_change;     /* POST /v1/gateways/ID/keys */
handle_fn api_enrolments;     /* GET /v1/enrolments */
handle_fn api_enrol;          /* POST /v1/enrolments */
handle_fn api_decide;         /* POST /v1/enrolments/GATEWAY */
handle_fn api_retention;      /* GET /v1/retention */
handle_fn api_retention_mark; /* POST /v1/retention */
handle_fn api_manifest;       /* POST /v1/manifests */
handle_fn api_checkpoint;     /* POST /v1/checkpoints */
handle_fn api_checkpoints;    /* GET /v1/checkpoints */
handle_fn api_refusals;       /* GET /v1/refusals */
handle_fn api_refusal;        /* GET /v1/refusals/KEY/envelope */
handle_fn api_packs;          /* GET /v1/packs */
handle_fn api_pack_post;      /* POST /v1/packs */
handle_fn api_pack;           /* GET /v1/packs/KEY */
handle_fn api_registry;       /* GET /v1/registry */
handle_fn api_health;         /* GET /healthz */
handle_fn api_ready;          /* GET /readyz */
handle_fn api_metrics;        /* GET /metrics */

#endif
