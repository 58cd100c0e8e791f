/*
 * Every number of the native protocol (native/PROTOCOL.md), for the agent and for the init.
 *
 * This file is the one source; providers/container/native/protocol.ts mirrors it and a test compares the two
 * name by name. Tags are local to the message or record whose name they carry. Tags of a message start at 10,
 * since 1 and 2 stand for the error and the warnings of any reply.
 */
#ifndef CANTRIP_PROTOCOL_H
#define CANTRIP_PROTOCOL_H

enum protocol {
	PROTOCOL_VERSION = 1,
	PROTOCOL_MAX_FRAME = 16777216,
	PROTOCOL_REPLY = 0x80000000,
	PROTOCOL_EVENT = 0x40000000,
};

/* Fields of any reply. */
enum reply {
	REPLY_ERROR = 1,
	REPLY_WARNING = 2,
};

/* Record of REPLY_ERROR. */
enum error_record {
	ERROR_ERRNO = 1,
	ERROR_STAGE = 2,
	ERROR_OBJECT = 3,
	ERROR_MESSAGE = 4,
};

/* ---- The agent ---------------------------------------------------------------------------------------------- */

enum agent_request {
	AGENT_HELLO = 1,
	AGENT_START = 2,
	AGENT_STOP = 3,
	AGENT_REMOVE = 4,
	AGENT_LIST = 5,
	AGENT_UPDATE = 6,
	AGENT_WAIT = 7,
	AGENT_EXEC = 8,
	AGENT_BRIDGE_ENSURE = 9,
	AGENT_BRIDGE_REMOVE = 10,
	AGENT_PORT_HOLD = 11,
	AGENT_PORT_RELEASE = 12,
	AGENT_PORT_LIST = 13,
	AGENT_SHUTDOWN = 14,
	AGENT_SIGNAL = 15,
	AGENT_HOSTS_WRITE = 16,
	AGENT_EXEC_SIGNAL = 17,
};

/* AGENT_HELLO and INIT_HELLO. */
enum hello {
	HELLO_VERSION = 10,
	HELLO_PID = 11,
	HELLO_FEATURE = 12,    /* repeated, `name=yes` or `name=no: reason` */
	HELLO_STARTED_MS = 13, /* since the epoch; init only */
};

/* AGENT_START; the reply holds START_PID, START_ALREADY and START_TIMING. */
enum start {
	START_ID = 10,
	START_HOSTNAME = 11,
	START_LAYER = 12, /* repeated, lowest first */
	START_UPPER = 13,
	START_WORK = 14,
	START_MOUNT = 15, /* repeated record mount_record */
	START_NETWORK = 16, /* record network_record */
	START_LIMITS = 17, /* record limits_record */
	START_INIT = 18,
	START_LOGS = 19,
	START_BUILDER = 20,
	START_PID = 30,
	START_ALREADY = 31,
	START_TIMING = 32, /* repeated record timing_record */
};

enum mount_record {
	MOUNT_SOURCE = 1,
	MOUNT_TARGET = 2,
	MOUNT_READ_ONLY = 3,
	MOUNT_OPTIONAL = 4,
};

enum network_record {
	NETWORK_BRIDGE = 1,
	NETWORK_ADDRESS = 2, /* 10.1.2.3/24 */
	NETWORK_GATEWAY = 3,
	NETWORK_MAC = 4,
};

/* Zero means none; a process limit of zero means the agent's default. */
enum limits_record {
	LIMITS_CPU = 1, /* thousandths of a core */
	LIMITS_MEMORY = 2, /* bytes */
	LIMITS_PIDS = 3,
	LIMITS_WEIGHT = 4, /* 1..10000, 100 is usual */
};

enum timing_record {
	TIMING_STAGE = 1,
	TIMING_NANOSECONDS = 2,
};

/* AGENT_STOP, AGENT_REMOVE, AGENT_WAIT. */
enum stop {
	STOP_ID = 10,
	STOP_GRACE_MS = 11,
	STOP_TRASH = 12, /* repeated; AGENT_REMOVE only */
	STOP_STATUS = 30, /* wait status; absent when not known */
};

/* AGENT_LIST's reply. */
enum list {
	LIST_CONTAINER = 10, /* repeated record container_record */
};

enum container_record {
	CONTAINER_ID = 1,
	CONTAINER_STATE = 2, /* `running`, `exited` */
	CONTAINER_PID = 3,
	CONTAINER_STATUS = 4, /* wait status; absent when running or not known */
	CONTAINER_STARTED_MS = 5,
	CONTAINER_OOM_KILLS = 6,
};

enum update {
	UPDATE_ID = 10,
	UPDATE_LIMITS = 11,
};

/* AGENT_EXEC; without a terminal descriptors 0, 1, 2 come with the request, with one its master with the reply. */
enum exec {
	EXEC_ID = 10,
	EXEC_ARGUMENT = 11,
	EXEC_ENVIRONMENT = 12,
	EXEC_DIRECTORY = 13,
	EXEC_UID = 14,
	EXEC_GID = 15,
	EXEC_GROUP = 16,
	EXEC_TTY = 17,
	EXEC_ROWS = 18,
	EXEC_COLUMNS = 19,
	EXEC_PID = 30,
};

enum exec_signal {
	EXEC_SIGNAL_REQUEST = 10, /* id of the AGENT_EXEC frame, sent on the same connection */
	EXEC_SIGNAL_NUMBER = 11,
};

enum agent_event {
	EVENT_EXEC_END = 1,
};

/* EVENT_EXEC_END; the frame's id is the request's. */
enum exec_end {
	EXEC_END_STATUS = 10,
};

enum bridge {
	BRIDGE_NAME = 10,
	BRIDGE_ADDRESS = 11,
	BRIDGE_MAC = 12,
};

/* AGENT_PORT_HOLD, AGENT_PORT_RELEASE. */
enum port {
	PORT_OWNER = 10,
	PORT_ADDRESS = 11,
	PORT_NUMBER = 12,
	PORT_PROTOCOL = 13, /* `tcp`, `udp` */
};

/* AGENT_PORT_LIST's reply. */
enum port_list {
	PORT_LIST_HELD = 10, /* repeated record held_record */
};

enum held_record {
	HELD_OWNER = 1,
	HELD_ADDRESS = 2,
	HELD_PORT = 3,
	HELD_PROTOCOL = 4,
};

enum signal_request {
	SIGNAL_ID = 10,
	SIGNAL_NUMBER = 11,
};

enum hosts {
	HOSTS_PATH = 10,
	HOSTS_CONTENT = 11,
};

/* ---- The init ----------------------------------------------------------------------------------------------- */

enum init_request {
	INIT_HELLO = 101,
	INIT_FILES_WRITE = 102,
	INIT_FILES_REMOVE = 103,
	INIT_FILES_READ = 104,
	INIT_RUN = 105,
	INIT_SERVICE_SET = 106,
	INIT_SERVICE_REMOVE = 107,
	INIT_SERVICE_SIGNAL = 108,
	INIT_SERVICE_RESTART = 109,
	INIT_LIST = 110,
	INIT_AWAIT = 111,
	INIT_HEALTH_SET = 112,
};

/* INIT_FILES_WRITE holds FILES_FILE, INIT_FILES_REMOVE and INIT_FILES_READ hold FILES_PATH; read answers FILES_FILE. */
enum files {
	FILES_FILE = 10, /* repeated record file_record */
	FILES_PATH = 11, /* repeated */
};

enum file_record {
	FILE_PATH = 1,
	FILE_MODE = 2,
	FILE_OWNER = 3, /* name or number as text; a number as text when read */
	FILE_GROUP = 4,
	FILE_CONTENT = 5,
	FILE_DIRECTORY = 6,
	FILE_ABSENT = 7,
};

enum run {
	RUN_ARGUMENT = 10,
	RUN_ENVIRONMENT = 11,
	RUN_DIRECTORY = 12,
	RUN_USER = 13,
	RUN_GROUP = 14,
	RUN_TIMEOUT_MS = 15,
	RUN_INPUT = 16,
	RUN_STATUS = 30,
	RUN_OUTPUT = 31,
	RUN_TIMED_OUT = 32,
};

enum service {
	SERVICE_NAME = 10, /* the only field of signal (with SERVICE_SIGNAL) and restart; repeated in remove */
	SERVICE_DIGEST = 11,
	SERVICE_ARGUMENT = 12,
	SERVICE_ENVIRONMENT = 13,
	SERVICE_DIRECTORY = 14,
	SERVICE_USER = 15,
	SERVICE_GROUP = 16,
	SERVICE_AFTER = 17,
	SERVICE_CHECK = 18, /* record check_record */
	SERVICE_STOP_SIGNAL = 19,
	SERVICE_STOP_TIMEOUT_MS = 20,
	SERVICE_RESTART = 21, /* `always`, `on-failure`, `never` */
	SERVICE_BACKOFF_MIN_MS = 22,
	SERVICE_BACKOFF_MAX_MS = 23,
	SERVICE_LOG_BYTES = 24,
	SERVICE_LOG_FILES = 25,
	SERVICE_NOFILE = 26,
	SERVICE_SIGNAL = 27,
};

enum check_record {
	CHECK_KIND = 1, /* `tcp`, `http`, `exec` */
	CHECK_PORT = 2,
	CHECK_PATH = 3,
	CHECK_EXPECT = 4, /* status; 0 = any 2xx or 3xx */
	CHECK_ARGUMENT = 5,
	CHECK_USER = 6,
	CHECK_INTERVAL_MS = 7,
	CHECK_TIMEOUT_MS = 8,
	CHECK_FAILURES = 9,
	CHECK_HOST = 10,
};

/* INIT_LIST's and INIT_AWAIT's reply. */
enum status {
	STATUS_SERVICE = 10, /* repeated record state_record */
	STATUS_HEALTH = 11, /* record health_record; absent without a check */
	STATUS_RESULT = 12, /* `ready`, `failed`, `deadline`; INIT_AWAIT only */
};

enum state_record {
	STATE_NAME = 1,
	STATE_DIGEST = 2,
	STATE_STATE = 3,
	STATE_PID = 4,
	STATE_SINCE_MS = 5,
	STATE_RESTARTS = 6,
	STATE_LAST_EXIT = 7, /* wait status; absent before the first */
	STATE_MESSAGE = 8,
};

enum health_record {
	HEALTH_STATE = 1,
	HEALTH_SINCE_MS = 2,
	HEALTH_MESSAGE = 3,
};

enum awaiting {
	AWAITING_NAME = 20, /* repeated; none = all */
	AWAITING_DEADLINE_MS = 21, /* from now */
};

enum health {
	HEALTH_SET_CHECK = 10, /* record check_record; absent = none */
};

#endif
