package dockercloud

// Meta describes a page of a list.
type Meta struct {
	Limit      int    `json:"limit"`
	Next       string `json:"next"`
	Offset     int    `json:"offset"`
	Previous   string `json:"previous"`
	TotalCount int    `json:"total_count"`
}

// Granted reports whether a repository's credential may pull and push: "yes", "no" or "unknown".
type Granted struct {
	Pull string `json:"pull"`
	Push string `json:"push"`
}

// Repository is a repository on a third-party registry. Responses never contain its user name or password. Members that existed only for
// Docker Cloud's own registry, such as Description, are empty.
type Repository struct {
	Build_Source         BuildSource `json:"build_source"`
	Checked_datetime     string      `json:"checked_datetime"`
	Created_datetime     string      `json:"created_datetime"`
	Description          string      `json:"description"`
	Granted              Granted     `json:"granted"`
	Icon_url             string      `json:"icon_url"`
	In_use               bool        `json:"in_use"`
	Is_private_image     bool        `json:"is_private_image"`
	Jumpstart            bool        `json:"jumpstart"`
	Last_build_date      string      `json:"last_build_date"`
	Last_pulled_by       string      `json:"last_pulled_by"`
	Last_pulled_datetime string      `json:"last_pulled_datetime"`
	Last_pushed_by       string      `json:"last_pushed_by"`
	Last_pushed_datetime string      `json:"last_pushed_datetime"`
	Modified_datetime    string      `json:"modified_datetime"`
	Name                 string      `json:"name"`
	Public_url           string      `json:"public_url"`
	Registry             string      `json:"registry"`
	Resource_uri         string      `json:"resource_uri"`
	Star_count           int         `json:"star_count"`
	State                string      `json:"state"`
	State_reason         string      `json:"state_reason"`
	Tags                 []string    `json:"tags"`
}

// RepositoryShort is a repository in a list.
type RepositoryShort struct {
	Build_Source         string   `json:"build_source"`
	Checked_datetime     string   `json:"checked_datetime"`
	Created_datetime     string   `json:"created_datetime"`
	Description          string   `json:"description"`
	Granted              Granted  `json:"granted"`
	Icon_url             string   `json:"icon_url"`
	In_use               bool     `json:"in_use"`
	Is_private_image     bool     `json:"is_private_image"`
	Jumpstart            bool     `json:"jumpstart"`
	Last_build_date      string   `json:"last_build_date"`
	Last_pulled_by       string   `json:"last_pulled_by"`
	Last_pulled_datetime string   `json:"last_pulled_datetime"`
	Last_pushed_by       string   `json:"last_pushed_by"`
	Last_pushed_datetime string   `json:"last_pushed_datetime"`
	Modified_datetime    string   `json:"modified_datetime"`
	Name                 string   `json:"name"`
	Public_url           string   `json:"public_url"`
	Registry             string   `json:"registry"`
	Resource_uri         string   `json:"resource_uri"`
	Star_count           int      `json:"star_count"`
	State                string   `json:"state"`
	State_reason         string   `json:"state_reason"`
	Tags                 []string `json:"tags"`
}

// BuildSource is the source from which Docker Cloud built a repository. It is always empty.
type BuildSource struct {
	Autotest       string   `json:"autotest,omitempty"`
	Build_Settings []string `json:"build_settings,omitempty"`
	Image          []string `json:"image,omitempty"`
	Owner          string   `json:"owner,omitempty"`
	Repository     string   `json:"repository,omitempty"`
	Type           string   `json:"type,omitempty"`
	Uuid           string   `json:"uuid,omitempty"`
}

// RepositoryListResponse holds the repositories of a list.
type RepositoryListResponse struct {
	Meta    Meta              `json:"meta"`
	Objects []RepositoryShort `json:"objects"`
}

// RepositoryCreateRequest contains the name of a repository and its credentials. Empty members are not sent.
type RepositoryCreateRequest struct {
	Name     string `json:"name,omitempty"`
	Username string `json:"username,omitempty"`
	Password string `json:"password,omitempty"`
}

// Older names of these types.
type (
	Image              = Repository
	ImageCreateRequest = RepositoryCreateRequest
	ImageListResponse  = RepositoryListResponse
)

// Registry is a registry of repositories.
type Registry struct {
	Ca_certificate     string `json:"ca_certificate"`
	Host               string `json:"host"`
	Icon_url           string `json:"icon_url"`
	Is_docker_registry bool   `json:"is_docker_registry"`
	Is_ssl             bool   `json:"is_ssl"`
	Is_trusted         bool   `json:"is_trusted"`
	Is_tutum_registry  bool   `json:"is_tutum_registry"`
	Name               string `json:"name"`
	Plain_http         bool   `json:"plain_http"`
	Port               int    `json:"port"`
	Realm              string `json:"realm"`
	Resource_uri       string `json:"resource_uri"`
}

// RegistryListResponse holds the registries of a list.
type RegistryListResponse struct {
	Meta    Meta       `json:"meta"`
	Objects []Registry `json:"objects"`
}

// Action is a recorded change, or an attempt at one.
type Action struct {
	Action          string `json:"action"`
	Attempts        int    `json:"attempts"`
	Body            string `json:"body"`
	Can_be_canceled bool   `json:"can_be_canceled"`
	Can_be_retried  bool   `json:"can_be_retried"`
	End_date        string `json:"end_date"`
	Ip              string `json:"ip"`
	Is_user_action  bool   `json:"is_user_action"`
	Key_id          string `json:"key_id"`
	Location        string `json:"location"`
	Logs            string `json:"logs"`
	Method          string `json:"method"`
	Object          string `json:"object"`
	Path            string `json:"path"`
	Reason          string `json:"reason"`
	Reference       string `json:"reference"`
	Resource_uri    string `json:"resource_uri"`
	Start_date      string `json:"start_date"`
	State           string `json:"state"`
	Status          int    `json:"status"`
	User            string `json:"user"`
	User_agent      string `json:"user_agent"`
	Uuid            string `json:"uuid"`
}

// ActionListResponse holds the actions of a list.
type ActionListResponse struct {
	Meta    Meta     `json:"meta"`
	Objects []Action `json:"objects"`
}

// Service is a template that containers of one image are deployed from.
type Service struct {
	Current_num_containers int    `json:"current_num_containers"`
	Deployed_datetime      string `json:"deployed_datetime"`
	Image_name             string `json:"image_name"`
	Name                   string `json:"name"`
	Nickname               string `json:"nickname"`
	Public_dns             string `json:"public_dns"`
	Resource_uri           string `json:"resource_uri"`
	Running_num_containers int    `json:"running_num_containers"`
	Stack                  string `json:"stack"`
	State                  string `json:"state"`
	Synchronized           bool   `json:"synchronized"`
	Target_num_containers  int    `json:"target_num_containers"`
	Uuid                   string `json:"uuid"`
}

// SListResponse holds the services of a list.
type SListResponse struct {
	Meta    Meta      `json:"meta"`
	Objects []Service `json:"objects"`
}

// ServiceCreateRequest contains the members of a service that can be set. Empty members are not sent.
type ServiceCreateRequest struct {
	Image                 string `json:"image,omitempty"`
	Name                  string `json:"name,omitempty"`
	Target_num_containers int    `json:"target_num_containers,omitempty"`
}

// ReuseVolumesOption determines whether new containers reuse the volumes of the containers that they replace.
type ReuseVolumesOption struct{ Reuse bool }
