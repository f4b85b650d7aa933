package cloud

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigatewayv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigatewayv2authorizers"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigatewayv2integrations"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/constructs-go/constructs/v10"
)

// ticketScope is the right to obtain tickets, as a token carries it.
const ticketScope = "cssa/tickets"

// newAPI adds the HTTP API: tickets for those who hold a token of our user pool, releases for people of this account whom
// IAM names. It is throttled and logs who called what with which result, never a query string or a header.
func newAPI(scope constructs.Construct, f *Foundation, st Stage) {
	client, tokens := newOfficers(scope, f, st)
	f.API = awsapigatewayv2.NewHttpApi(scope, s("Api"), &awsapigatewayv2.HttpApiProps{
		ApiName: s(st.named("api")), Description: s("cssa " + st.Name + ": tickets and releases"), CreateDefaultStage: b(false),
	})
	f.APILogs = newLog(scope, f, st, "ApiLog", "/aws/apigateway/"+st.named("api"))
	f.APIStage = awsapigatewayv2.NewHttpStage(scope, s("ApiStage"), &awsapigatewayv2.HttpStageProps{
		HttpApi: f.API, StageName: s("$default"), AutoDeploy: b(true),
		Throttle: &awsapigatewayv2.ThrottleSettings{RateLimit: n(20), BurstLimit: n(40)},
	})
	f.APIStage.Node().DefaultChild().(awsapigatewayv2.CfnStage).SetAccessLogSettings(
		&awsapigatewayv2.CfnStage_AccessLogSettingsProperty{DestinationArn: f.APILogs.LogGroupArn(), Format: s(accessLog)})

	issuer := s("https://cognito-idp." + *awscdk.Stack_Of(scope).Region() + ".amazonaws.com/" + *f.Officers.UserPoolId())
	jwt := awsapigatewayv2authorizers.NewHttpJwtAuthorizer(s("Tokens"), issuer, &awsapigatewayv2authorizers.HttpJwtAuthorizerProps{
		JwtAudience: &client, IdentitySource: list("$request.header.Authorization"),
	})
	post := func(path, function string, by awsapigatewayv2.IHttpRouteAuthorizer, scopes ...string) {
		route := &awsapigatewayv2.AddRoutesOptions{
			Path: s(path), Methods: &[]awsapigatewayv2.HttpMethod{awsapigatewayv2.HttpMethod_POST}, Authorizer: by,
			Integration: awsapigatewayv2integrations.NewHttpLambdaIntegration(s(title(function)), f.Functions[function].Lambda, nil),
		}
		if scopes != nil {
			route.AuthorizationScopes = list(scopes...)
		}
		f.API.AddRoutes(route)
	}
	post("/editions/{edition}/tickets", "invite", jwt, ticketScope)
	iam := awsapigatewayv2authorizers.NewHttpIamAuthorizer()
	post("/editions/{edition}/release/propose", "release", iam)
	post("/editions/{edition}/release/approve", "release", iam)

	output(scope, "TokenUrl", "where a client obtains its token", tokens)
}

// accessLog is the line of one request. $context.path is without the query string.
const accessLog = `{"requestId":"$context.requestId","time":"$context.requestTime","method":"$context.httpMethod","path":"$context.path",` +
	`"route":"$context.routeKey","status":"$context.status","latency":"$context.responseLatency","ip":"$context.identity.sourceIp",` +
	`"client":"$context.authorizer.claims.client_id","subject":"$context.authorizer.claims.sub","caller":"$context.identity.userArn",` +
	`"error":"$context.error.message","integration":"$context.integration.error"}`

// newOfficers adds the user pool of firms' officers and of their programs, and returns the clients whose tokens are taken
// and the address where tokens are made. Nobody signs up by themselves; a password alone is not enough.
func newOfficers(scope constructs.Construct, f *Foundation, st Stage) (clients []*string, tokens *string) {
	f.Officers = awscognito.NewUserPool(scope, s("Officers"), &awscognito.UserPoolProps{
		UserPoolName:      s(st.named("officers")),
		SelfSignUpEnabled: b(false),
		SignInAliases:     &awscognito.SignInAliases{Email: b(true)},
		AutoVerify:        &awscognito.AutoVerifiedAttrs{Email: b(true)},
		Mfa:               awscognito.Mfa_REQUIRED,
		MfaSecondFactor:   &awscognito.MfaSecondFactor{Otp: b(true), Sms: b(false)},
		AccountRecovery:   awscognito.AccountRecovery_EMAIL_ONLY,
		PasswordPolicy: &awscognito.PasswordPolicy{
			MinLength: n(12), RequireDigits: b(true), RequireLowercase: b(true), RequireUppercase: b(true), RequireSymbols: b(true),
			TempPasswordValidity: days(3),
		},
		DeletionProtection: b(st.Keep),
		RemovalPolicy:      st.removal(),
	})
	tickets := awscognito.NewResourceServerScope(&awscognito.ResourceServerScopeProps{
		ScopeName: s("tickets"), ScopeDescription: s("obtain tickets for the firm the token names"),
	})
	server := f.Officers.AddResourceServer(s("Desk"), &awscognito.UserPoolResourceServerOptions{
		Identifier: s("cssa"), Scopes: &[]awscognito.ResourceServerScope{tickets},
	})
	scopes := &[]awscognito.OAuthScope{awscognito.OAuthScope_ResourceServer(server, tickets)}
	// The page officers use is not built yet; its client is, so that its tokens are known to the API.
	desk := f.Officers.AddClient(s("DeskClient"), &awscognito.UserPoolClientOptions{
		UserPoolClientName: s("desk"), GenerateSecret: b(false), PreventUserExistenceErrors: b(true), EnableTokenRevocation: b(true),
		AccessTokenValidity: awscdk.Duration_Hours(n(1)), IdTokenValidity: awscdk.Duration_Hours(n(1)), RefreshTokenValidity: awscdk.Duration_Hours(n(12)),
		OAuth: &awscognito.OAuthSettings{
			Flows: &awscognito.OAuthFlows{AuthorizationCodeGrant: b(true)}, Scopes: scopes, CallbackUrls: list(st.DeskURL), LogoutUrls: list(st.DeskURL),
		},
	})
	clients = append(clients, desk.UserPoolClientId())
	for _, firm := range st.MachineClients {
		machine := f.Officers.AddClient(s("Machine"+strings.ReplaceAll(string(firm), "-", "")), &awscognito.UserPoolClientOptions{
			UserPoolClientName: s("machine-" + string(firm)), GenerateSecret: b(true), PreventUserExistenceErrors: b(true),
			EnableTokenRevocation: b(true), AccessTokenValidity: awscdk.Duration_Hours(n(1)),
			OAuth: &awscognito.OAuthSettings{Flows: &awscognito.OAuthFlows{ClientCredentials: b(true)}, Scopes: scopes},
		})
		clients = append(clients, machine.UserPoolClientId())
	}
	domain := f.Officers.AddDomain(s("Domain"), &awscognito.UserPoolDomainOptions{
		CognitoDomain: &awscognito.CognitoDomainOptions{DomainPrefix: s(st.named(*awscdk.Stack_Of(scope).Account()))}, // unique in a region
	})
	return clients, s(*domain.BaseUrl(nil) + "/oauth2/token")
}
