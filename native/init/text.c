#include "text.h"

#include <stdarg.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>

struct text text_into(char *buffer, size_t size)
{
	buffer[0] = '\0';
	return (struct text){buffer, 0, size};
}

void text_add(struct text *text, const char *format, ...)
{
	size_t room = text->size - text->length;
	va_list arguments;
	va_start(arguments, format);
	int wanted = vsnprintf(text->start + text->length, room, format, arguments);
	va_end(arguments);
	if (wanted < 0)
		text_cut(text, text->length);
	else
		text->length += (size_t)wanted < room ? (size_t)wanted : room - 1;
}

void text_add_status(struct text *text, int wait_status)
{
	if (WIFSIGNALED(wait_status))
		text_add(text, "signal %d", WTERMSIG(wait_status));
	else
		text_add(text, "exit %d", WEXITSTATUS(wait_status));
}

void text_add_time(struct text *text, uint64_t wall_ms)
{
	time_t seconds = (time_t)(wall_ms / 1000);
	struct tm time = {0};
	gmtime_r(&seconds, &time);
	text_add(text, "%04d-%02d-%02dT", time.tm_year + 1900, time.tm_mon + 1, time.tm_mday);
	text_add(text, "%02d:%02d:%02d.%03uZ", time.tm_hour, time.tm_min, time.tm_sec, (unsigned)(wall_ms % 1000));
}

void text_cut(struct text *text, size_t length)
{
	text->length = length;
	text->start[length] = '\0';
}
