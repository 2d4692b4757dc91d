/* For the benchmark only, on a kernel without IPVS: keepalived does not start its checks there. Preloaded into it,
 * this answers its questions about the table with "yes": the checks are the real ones, the table costs nothing. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <linux/ip_vs.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

int getsockopt(int fd, int level, int name, void *value, socklen_t *size) {
  static int (*next)(int, int, int, void *, socklen_t *);
  if (next == NULL) next = dlsym(RTLD_NEXT, "getsockopt");
  if (level != IPPROTO_IP || name < IP_VS_BASE_CTL || name > IP_VS_SO_GET_MAX)
    return next(fd, level, name, value, size);
  memset(value, 0, *size);
  if (name == IP_VS_SO_GET_INFO) {
    struct ip_vs_getinfo *info = value;
    info->version = 0x010201;
    info->size = 4096;
  }
  return 0;
}

int setsockopt(int fd, int level, int name, const void *value, socklen_t size) {
  static int (*next)(int, int, int, const void *, socklen_t);
  if (next == NULL) next = dlsym(RTLD_NEXT, "setsockopt");
  if (level == IPPROTO_IP && name >= IP_VS_BASE_CTL && name <= IP_VS_SO_SET_MAX) return 0;
  return next(fd, level, name, value, size);
}
