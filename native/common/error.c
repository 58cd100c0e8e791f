#include "error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int error_set(struct error *error, int number, const char *stage, const char *object, const char *format, ...)
{
	va_list arguments;

	error->number = number;
	snprintf(error->stage, sizeof error->stage, "%s", stage);
	snprintf(error->object, sizeof error->object, "%s", object ? object : "");
	va_start(arguments, format);
	vsnprintf(error->message, sizeof error->message, format, arguments);
	va_end(arguments);
	return -1;
}

int error_system(struct error *error, const char *stage, const char *object)
{
	int number = errno;

	return error_set(error, number, stage, object, "%s", strerror(number));
}
