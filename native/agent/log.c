#include "log.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { LINE_MAX = 1024, SIZE_MAX_BYTES = 262144 };

static struct {
	int directory;
	const char *name;
	int file;
	long size;
} log = {.directory = -1, .file = STDERR_FILENO};

static void open_file(void)
{
	struct stat status;

	log.file = openat(log.directory, log.name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
	log.size = log.file >= 0 && fstat(log.file, &status) == 0 ? status.st_size : 0;
}

void log_open(int directory, const char *name)
{
	log.directory = directory;
	log.name = name;
	if (name)
		open_file();
}

static void rotate(void)
{
	char old[64];

	snprintf(old, sizeof old, "%s.1", log.name);
	close(log.file);
	renameat(log.directory, log.name, log.directory, old);
	open_file();
}

void log_line(const char *format, ...)
{
	char line[LINE_MAX];
	struct timespec now;
	struct tm parts;
	va_list arguments;
	size_t length;
	int added;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &parts);
	length = strftime(line, sizeof line, "%Y-%m-%dT%H:%M:%S", &parts);
	length += snprintf(line + length, sizeof line - length, ".%03ldZ ", now.tv_nsec / 1000000);
	va_start(arguments, format);
	added = vsnprintf(line + length, sizeof line - length - 1, format, arguments);
	va_end(arguments);
	length = added < 0 ? length : length + added >= sizeof line - 1 ? sizeof line - 2 : length + added;
	line[length++] = '\n';
	if (log.name && log.size > SIZE_MAX_BYTES)
		rotate();
	if (log.file >= 0 && write(log.file, line, length) > 0)
		log.size += (long)length;
}

void log_error(const char *what, const struct error *error)
{
	log_line("%s: %s '%s': %s (%d)", what, error->stage, error->object, error->message, error->number);
}
