/* SPDX-License-Identifier: Apache-2.0 */
/* print-report WORLD REPORT: what the reports say of a world; for promtool and for renewing recorded documents. */
#include <stdio.h>
#include <string.h>

#include "fixture.h"
#include "report/report.h"

static int print(const struct daemon_view *v, const char *report, struct buf *out) {
        if (strcmp(report, "status") == 0)
                return report_status(v, NULL, out);
        if (strcmp(report, "plan") == 0)
                return report_plan(v, NULL, out);
        if (strcmp(report, "history") == 0)
                return report_history(v, NULL, out);
        if (strcmp(report, "routes") == 0)
                return report_routes(v, NULL, out);
        if (strcmp(report, "metrics") == 0)
                return report_metrics(v, out);
        return -1;
}

int main(int argc, char **argv) {
        static struct world w;
        _cleanup_buf_ struct buf out = BUF_NULL;
        if (argc != 3 || !world_init(&w, argv[1]) || print(&w.view, argv[2], &out) < 0) {
                fputs("usage: print-report WORLD status|plan|history|routes|metrics\n", stderr);
                return 64;
        }
        fwrite(out.data, 1, out.len, stdout);
        return 0;
}
