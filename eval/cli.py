"""What can be asked of the evaluation from a shell?

Gathers the commands; each module of `commands` reads its part of the command line, the environment and the user's file
of text folders, and hands values on. Everything heavy is imported inside the command that needs it, so that help comes
at once.

Exit codes: 0 all is well; 1 `check` found errors; 2 the command or its input cannot be used; 3 a run is incomplete.
`gate` has codes of its own.
"""

import click

from eval.commands import contests, disputes, gold, reports, runs


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Says how often extracted claims are right, on gold sets.

    Exit codes: 0 all is well; 1 `check` found errors; 2 the command or its input cannot be used; 3 a run is
    incomplete.
    """


for command in (
    gold.check,
    gold.describe,
    runs.run,
    runs.score,
    contests.compare,
    contests.gate,
    contests.calibrate,
    reports.report,
    reports.prompts,
    gold.agreement,
    disputes.disputes,
    gold.corpora,
    gold.export,
    gold.texts,
):
    main.add_command(command)
