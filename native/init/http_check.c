/* The pure parts of an HTTP probe: what is asked, and what the first bytes of the answer say. */
#include <string.h>

#include "check.h"
#include "text.h"

size_t http_request(const struct check *check, char *request, size_t size)
{
	struct text text = text_into(request, size);

	text_add(&text, "GET %s HTTP/1.1\r\nHost: ", check->path ? check->path : "/");
	if (check->host)
		text_add(&text, "%s", check->host);
	else
		text_add(&text, "127.0.0.1:%llu", (unsigned long long)check->port);
	text_add(&text, "\r\nUser-Agent: cantrip-init\r\nAccept: */*\r\nConnection: close\r\n\r\n");
	return text.length < size - 1 ? text.length : 0;
}

/* "HTTP/1.1 200": twelve bytes say it. */
int http_status(const char *head, size_t length)
{
	static const char pattern[] = "HTTP/1.# ###";

	for (size_t i = 0; i < length && i < sizeof pattern - 1; i++) {
		bool digit = head[i] >= '0' && head[i] <= '9';
		if (pattern[i] == '#' ? !digit : head[i] != pattern[i])
			return -1;
	}
	if (length < sizeof pattern - 1)
		return 0;
	return (head[9] - '0') * 100 + (head[10] - '0') * 10 + (head[11] - '0');
}

bool http_passes(int status, uint64_t expect)
{
	return expect == 0 ? status >= 200 && status < 400 : (uint64_t)status == expect;
}
