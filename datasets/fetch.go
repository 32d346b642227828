package datasets

type remote struct{}

var adultRemote, drebinRemote, enronRemote []remote
