package dockercloud

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

const emptyList = `{"meta": {"limit": 25, "next": null, "offset": 0, "previous": null, "total_count": 0}, "objects": []}`

// fake sends the given responses in order, repeating the last one, and records the requests.
type fake struct {
	sync.Mutex
	responses []http.HandlerFunc
	requests  []string
	headers   []http.Header
}

func (f *fake) ServeHTTP(writer http.ResponseWriter, request *http.Request) {
	body, _ := io.ReadAll(request.Body)
	f.Lock()
	f.requests = append(f.requests, strings.TrimSpace(request.Method+" "+request.URL.RequestURI()+" "+string(body)))
	f.headers = append(f.headers, request.Header)
	response := f.responses[0]
	if len(f.responses) > 1 {
		f.responses = f.responses[1:]
	}
	f.Unlock()
	response(writer, request)
}

func useFake(t *testing.T, responses ...http.HandlerFunc) *fake {
	t.Helper()
	f := &fake{responses: responses}
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	use(t, server.URL, "carol", "the-key")
	return f
}

func respond(status int, body string, headers ...string) http.HandlerFunc {
	return func(writer http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(headers); i += 2 {
			writer.Header().Set(headers[i], headers[i+1])
		}
		writer.WriteHeader(status)
		io.WriteString(writer, body)
	}
}

func says(t *testing.T, err error, text string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), text) {
		t.Fatalf("%v does not contain %q", err, text)
	}
}

func TestAMissingServerOrCredentialIsReported(t *testing.T) {
	use(t, "", "carol", "the-key")
	var failure *ConfigurationError
	_, err := ListRepositories()
	equal(t, errors.As(err, &failure), true)
	says(t, err, "DOCKERCLOUD_REST_HOST")
	BaseUrl, User = "http://127.0.0.1:9", ""
	_, err = ListRepositories()
	equal(t, errors.As(err, &failure), true)
	says(t, err, "DOCKERCLOUD_APIKEY")
}

func TestAnAddressThatCannotBeUsedIsRefusedAndNotRepeated(t *testing.T) {
	for _, host := range []string{"127.0.0.1:8080", "ftp://cloud.example", "http://", "http://carol:geheim@cloud.example",
		"http://cloud.example/?a=b", "http://[::1", "http://h:x"} {
		use(t, host, "carol", "the-key")
		_, err := ListRepositories()
		var failure *ConfigurationError
		equal(t, errors.As(err, &failure), true)
		equal(t, strings.Contains(err.Error(), "geheim"), false)
	}
}

func TestTheAddressMayEndInTheRootOfTheAPI(t *testing.T) {
	f := useFake(t, respond(200, emptyList))
	host := BaseUrl
	for _, end := range []string{"", "/", "/api", "/api/"} {
		BaseUrl = host + end
		_, err := ListRepositories()
		check0(t, err)
		equal(t, f.requests[len(f.requests)-1], "GET /api/repo/v1/repository/")
	}
}

func TestTheCredentialIsChosenInOrder(t *testing.T) {
	f := useFake(t, respond(200, emptyList))
	sent := func() string {
		_, err := ListRepositories()
		check0(t, err)
		return f.headers[len(f.headers)-1].Get("Authorization")
	}
	User, ApiKey, Password = "u", "k", "p"
	equal(t, sent(), "Basic dTpr")
	ApiKey = ""
	equal(t, sent(), "Basic dTpw")
	User, Password = "", ""
	t.Setenv("DOCKERCLOUD_USER", "e")
	t.Setenv("DOCKERCLOUD_PASS", "s")
	equal(t, sent(), "Basic ZTpz")
	t.Setenv("DOCKERCLOUD_APIKEY", "k")
	equal(t, sent(), "Basic ZTpr")
	ApiKey = "own"
	equal(t, sent(), "Basic ZTpvd24=")
	User, ApiKey = "u", ""
	equal(t, sent(), "Basic dTpr")
	t.Setenv("DOCKERCLOUD_AUTH", "Bearer token")
	equal(t, sent(), "Bearer token")
	User = ""
	equal(t, sent(), "Bearer token")
	AuthHeader = "Bearer mine"
	equal(t, sent(), "Bearer mine")
}

func TestAServerThatIsDownIsNotReachable(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check0(t, err)
	listener.Close()
	use(t, "http://"+listener.Addr().String(), "carol", "the-key")
	_, err = ListRepositories()
	var failure *NotReachableError
	equal(t, errors.As(err, &failure), true)
	says(t, err, "connection refused. Check the address and that the server is running")
}

func TestASilentServerIsATimeout(t *testing.T) {
	useFake(t, func(_ http.ResponseWriter, request *http.Request) { <-request.Context().Done() })
	client, err := NewClient()
	check0(t, err)
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	_, err = client.CreateRepository(ctx, RepositoryCreateRequest{Name: "registry.example/a"})
	var failure *TimeoutError
	equal(t, errors.As(err, &failure), true)
	equal(t, errors.Is(err, context.DeadlineExceeded), true)
	says(t, err, "may still complete")

	limited := *DefaultHTTPClient
	limited.Timeout = 100 * time.Millisecond
	client.HTTP = &limited
	_, err = client.ListRepositories(context.Background(), nil)
	equal(t, errors.As(err, &failure), true)
	equal(t, strings.Contains(err.Error(), "may still"), false)
}

func TestACancelledCallEnds(t *testing.T) {
	useFake(t, respond(503, `{"error": "Busy"}`, "Retry-After", "20"))
	client, err := NewClient()
	check0(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(100*time.Millisecond, cancel)
	begin := time.Now()
	_, err = client.ListRepositories(ctx, nil)
	equal(t, errors.Is(err, context.Canceled), true)
	equal(t, time.Since(begin) < 10*time.Second, true)
	_, err = client.ListRepositories(ctx, nil)
	equal(t, errors.Is(err, context.Canceled), true)
}

func TestARedirectIsNotFollowed(t *testing.T) {
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("followed") }))
	defer other.Close()
	for _, code := range []int{301, 302, 307, 308} {
		useFake(t, respond(code, "", "Location", other.URL+"/api/repo/v1/repository/"))
		_, err := ListRepositories()
		var failure *RedirectError
		equal(t, errors.As(err, &failure), true)
		says(t, err, "DOCKERCLOUD_REST_HOST")
	}
}

func TestAPageThatIsNotJSONIsAnInvalidResponse(t *testing.T) {
	for _, body := range []string{"<html>proxy.example</html>", "", "[]", `"text"`, "null", "{}"} {
		useFake(t, respond(200, body))
		_, err := ListRepositories()
		var failure *InvalidResponseError
		equal(t, errors.As(err, &failure), true)
		says(t, err, "proxy")
	}
	useFake(t, respond(404, strings.Repeat("<html>nothing</html>", 1000)))
	_, err := GetRepository("registry.example/a")
	equal(t, status(t, err), 404)
	says(t, err, "not one of this API")
	equal(t, len(err.Error()) < 600, true)
}

func TestAPageThatIsNotJSONConfirmsNoRemoval(t *testing.T) {
	for _, body := range []string{"<html>proxy.example</html>", "[]", "null"} {
		useFake(t, respond(200, body))
		var failure *InvalidResponseError
		err := (&Repository{Name: "registry.example/a"}).Remove()
		equal(t, errors.As(err, &failure), true)
		says(t, err, "proxy")
		_, err = GetRepository("registry.example/a")
		equal(t, errors.As(err, &failure), true)
	}
	useFake(t, respond(204, ""))
	check0(t, (&Repository{Name: "registry.example/a"}).Remove())
}

func TestACredentialThatNoHeaderCanHoldIsNotSent(t *testing.T) {
	f := useFake(t, respond(200, emptyList))
	AuthHeader = "Basic abc\r\nX-Injected: 1"
	_, err := ListRepositories()
	var failure *ConfigurationError
	equal(t, errors.As(err, &failure), true)
	says(t, err, "DOCKERCLOUD_AUTH")
	_, err = (&Client{BaseURL: BaseUrl}).ListRepositories(context.Background(), nil)
	equal(t, errors.As(err, &failure), true)
	equal(t, len(f.requests), 0)
}

func TestACertificateThatIsNotTrustedIsReported(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(respond(200, emptyList)))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	use(t, server.URL, "carol", "the-key")
	_, err := ListRepositories()
	var failure *NotReachableError
	equal(t, errors.As(err, &failure), true)
	says(t, err, "SSL_CERT_FILE")
}

func TestARequestIsRepeatedAfterTheTimeThatTheServerAsksFor(t *testing.T) {
	for _, code := range []int{429, 503} {
		f := useFake(t, respond(code, `{"error": "Busy"}`, "Retry-After", "1"), respond(201, `{"name": "registry.example/a"}`))
		begin := time.Now()
		_, err := CreateRepository(RepositoryCreateRequest{Name: "registry.example/a"})
		check0(t, err)
		equal(t, time.Since(begin) >= time.Second, true)
		equal(t, len(f.requests), 2)
		equal(t, f.requests[1], `POST /api/repo/v1/repository/ {"name":"registry.example/a"}`)
	}
}

func TestALongWaitIsLeftToTheProgram(t *testing.T) {
	f := useFake(t, respond(429, `{"error": "Too many"}`, "Retry-After", "180"))
	_, err := ListRepositories()
	var failure HttpError
	equal(t, errors.As(err, &failure), true)
	equal(t, failure.RetryAfter, 180*time.Second)
	says(t, err, "Too many. Try again in 3m0s")
	equal(t, len(f.requests), 1)
}

func TestPagesThatDoNotEndOrLeadElsewhereAreRefused(t *testing.T) {
	for _, next := range []string{"/api/repo/v1/repository/", "http://evil.example/api/", "//evil.example/"} {
		f := useFake(t, respond(200, strings.Replace(emptyList, "null", `"`+next+`"`, 1)))
		_, err := ListRepositories()
		var failure *InvalidResponseError
		equal(t, errors.As(err, &failure), true)
		equal(t, len(f.requests), 1)
	}
}

func TestANameThatLeadsElsewhereIsRefused(t *testing.T) {
	f := useFake(t, respond(200, "{}"))
	var failure *InvalidNameError
	for _, name := range []string{"", "/", "a/../b", "a//b", "./a", "/api/../x"} {
		_, err := GetRepository(name)
		equal(t, errors.As(err, &failure), true)
	}
	Namespace = "a/b"
	_, err := ListRepositories()
	equal(t, errors.As(err, &failure), true)
	equal(t, len(f.requests), 0)
	Namespace = ""
	_, err = GetRepository("a?b")
	check0(t, err)
	equal(t, f.requests[0], "GET /api/repo/v1/repository/a%3Fb/")
}

func TestServicesSpeakTheDocumentedAPI(t *testing.T) {
	const uuid = "7eaf7fff-882c-4f3d-9a8f-a22317ac00ce"
	body, _ := json.Marshal(Service{Uuid: uuid, Name: "web", State: "Not running"})
	f := useFake(t, respond(202, string(body)))
	Namespace = "acme"
	service, err := CreateService(ServiceCreateRequest{Image: "registry.local/user1/image1:v1", Name: "web"})
	check0(t, err)
	equal(t, service.State, "Not running")
	_, err = GetService(uuid)
	check0(t, err)
	check0(t, service.Update(ServiceCreateRequest{Target_num_containers: 3}))
	for _, action := range []func() error{service.Scale, service.Start, service.StopService} {
		check0(t, action())
	}
	check0(t, service.Redeploy(ReuseVolumesOption{Reuse: false}))
	check0(t, service.TerminateService())
	root := "/api/app/v1/acme/service/"
	want := []string{
		"POST " + root + ` {"image":"registry.local/user1/image1:v1","name":"web"}`, "GET " + root + uuid + "/",
		"PATCH " + root + uuid + `/ {"target_num_containers":3}`, "POST " + root + uuid + "/scale/ {}",
		"POST " + root + uuid + "/start/ {}", "POST " + root + uuid + "/stop/ {}",
		"POST " + root + uuid + "/redeploy/?reuse_volumes=false {}", "DELETE " + root + uuid + "/",
	}
	equal(t, strings.Join(f.requests, "\n"), strings.Join(want, "\n"))
}

func TestTheOldCallSendsAPathBelowAPI(t *testing.T) {
	f := useFake(t, respond(200, emptyList))
	data, err := DockerCloudCall("repo/v1/repository/?name=a", "GET", []byte("{}"))
	check0(t, err)
	equal(t, string(data), emptyList)
	equal(t, f.requests[0], "GET /api/repo/v1/repository/?name=a")
	equal(t, SetUserAgent("tool/1"), "tool/1 go-dockercloud/"+version)
}
