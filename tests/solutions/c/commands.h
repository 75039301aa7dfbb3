/* The commands: what each is called, how many arguments it takes, and what it does. */
#ifndef COMMANDS_H
#define COMMANDS_H

#include "resp.h"

/* Executes a request and adds its reply to `replies`. */
void execute(const struct request *request, struct buffer *replies);

#endif
