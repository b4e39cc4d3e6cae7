#!/usr/bin/env bash
# One gate, or a part of one, or the merge of all parts; with every report that a host can show. See docs/guides/ci.md.
set -uo pipefail
out="${BACKLOT_OUTPUT:-backlot-out}"
mkdir -p "$out"

args=(--project "${BACKLOT_PROJECT:-.}")
if [[ "${BACKLOT_MERGE:-false}" == true ]]; then
  args=(merge "$out"/part-*.json "${args[@]}")
else
  args=(gate "${args[@]}" --base "${BACKLOT_BASE:-HEAD}" --candidate "$BACKLOT_CANDIDATE")
  [[ -n "${BACKLOT_SEEDS:-}" ]] && args+=(--seeds "$BACKLOT_SEEDS")
  [[ -n "${BACKLOT_CACHE:-}" ]] && args+=(--cache "$BACKLOT_CACHE")
fi

[[ -n "${BACKLOT_AGENT:-}" ]] && args+=(--agent "$BACKLOT_AGENT")

if [[ -n "${BACKLOT_SHARD:-}" ]]; then
  # A part proves nothing, so it neither passes nor fails its job: the job that merges does.
  verdict="$out/part-${BACKLOT_SHARD%%/*}.json"
  args+=(--shard "$BACKLOT_SHARD" --verdict "$verdict" --no-shrink --exit-zero)
else
  verdict="$out/verdict.json"
  args+=(--verdict "$verdict" --html "$out/report.html" --markdown "$out/summary.md" --junit "$out/junit.xml")
  args+=(--sarif "$out/backlot.sarif" --code-quality "$out/code-quality.json")
  [[ "${GITHUB_ACTIONS:-}" == true ]] && args+=(--annotations)
  if [[ -n "${BACKLOT_EVIDENCE:-}" ]]; then
    # A file for this one command, which nobody else can read.
    key="$(mktemp)"
    trap 'rm -f "$key"' EXIT
    printf '%s\n' "${BACKLOT_GATE_KEY:-}" > "$key"
    args+=(--evidence "$BACKLOT_EVIDENCE" --key "$key")
  fi
fi
unset BACKLOT_GATE_KEY

${BACKLOT:-npx --no-install backlot} "${args[@]}"
code=$?

if [[ -n "${GITHUB_OUTPUT:-}" ]]; then
  declare -A words=([0]=pass [1]=fail [3]=needs-human [4]=inconclusive)
  status="${words[$code]:-}"
  [[ -n "${BACKLOT_SHARD:-}" ]] && status=""
  printf 'status=%s\nverdict=%s\n' "$status" "$verdict" >> "$GITHUB_OUTPUT"
fi
if [[ -n "${GITHUB_STEP_SUMMARY:-}" && -f "$out/summary.md" ]]; then
  cat "$out/summary.md" >> "$GITHUB_STEP_SUMMARY"
fi
exit "$code"
