/* SPDX-License-Identifier: Apache-2.0 */
/* Prints each request case as "NAME BODY", for the comparison with botocore. */
#include <stdio.h>

#include "request-cases.h"

int main(void) {
        for (size_t i = 0; i < n_request_cases; i++) {
                _cleanup_http_request_ struct http_request r = HTTP_REQUEST_NULL;
                struct aws_endpoint e;
                if (aws_endpoint_init(&e, aws_action_service(request_cases[i].action), "eu-west-1", NULL) < 0 ||
                    request_cases[i].build(&r, &e) < 0)
                        return 1;
                printf("%s %s\n", request_cases[i].name, buf_str(&r.body));
        }
        return 0;
}
